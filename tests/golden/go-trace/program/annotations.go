package main

import (
	"context"
	"runtime/trace"
	"strconv"
)

var background = context.Background()

// older is a task and a region begun before the trace.
type older struct {
	task   *trace.Task
	region *trace.Region
}

func startOlder() older {
	ctx, task := trace.NewTask(background, "older task")
	return older{task, trace.StartRegion(ctx, "older region")}
}

func (o older) end() {
	o.region.End()
	o.task.End()
}

// annotations opens tasks and regions, nested, across goroutines, and one of each that nobody closes.
func annotations(round int) {
	ctx, task := trace.NewTask(background, "outer task")
	trace.WithRegion(ctx, "outer region", func() {
		inner, innerTask := trace.NewTask(ctx, "inner task")
		done := make(chan bool)
		go func() {
			defer close(done)
			defer trace.StartRegion(inner, "inner region").End()
			trace.Log(inner, "text", "\"quoted\", ümlaut, \t and "+strconv.Itoa(round))
		}()
		<-done
		left := make(chan bool)
		go func() {
			defer close(left)
			trace.StartRegion(inner, "never ended")
		}()
		<-left
		innerTask.End()
		trace.Logf(ctx, "", "no category %d", round)
	})
	task.End()
	trace.NewTask(background, "open task "+strconv.Itoa(round))
}
