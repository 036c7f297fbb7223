// Load writes an execution trace of about -mb megabytes to -o: goroutines that talk over channels, allocate, make system
// calls, open regions and write logs, under a small GOGC so that collections, assists and sweeps are frequent.
// It uses nothing newer than Go 1.21, so that the same file makes version 1 and version 2 traces.
package main

import (
	"context"
	"flag"
	"io"
	"os"
	"runtime/debug"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

type counter struct {
	w io.Writer
	n atomic.Int64
}

func (c *counter) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return c.w.Write(b)
}

type node struct {
	next *node
	pad  [40]byte
}

var sink [64]any

func main() {
	mb := flag.Int64("mb", 50, "size of the trace in megabytes")
	out := flag.String("o", "trace.out", "file")
	alloc := flag.Bool("alloc", false, "mostly allocations (for GODEBUG=traceallocfree=1)")
	live := flag.Int("live", 0, "thousands of small objects that stay alive, for -alloc")
	flag.Parse()
	debug.SetGCPercent(40)
	f, err := os.Create(*out)
	if err != nil {
		panic(err)
	}
	c := &counter{w: f}
	if err := trace.Start(c); err != nil {
		panic(err)
	}
	var stop atomic.Bool
	go func() {
		for c.n.Load() < *mb<<20 {
			time.Sleep(5 * time.Millisecond)
		}
		stop.Store(true)
	}()
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			if *alloc {
				allocate(id, *live*1000/8, &stop)
			} else {
				mixed(id, &stop)
			}
		}(i)
	}
	wg.Wait()
	trace.Stop()
	f.Close()
}

// mixed is the scheduler-heavy load.
func mixed(id int, stop *atomic.Bool) {
	in, back := make(chan int), make(chan int)
	go func() {
		for v := range in {
			back <- v + 1
		}
		close(back)
	}()
	ctx, task := trace.NewTask(context.Background(), "worker")
	null, _ := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	buf := make([]byte, 64)
	var keep *node
	for n := 0; !stop.Load(); n++ {
		in <- n
		<-back
		keep = &node{next: keep}
		if n%512 == 0 {
			keep = nil
			sink[id] = make([]byte, 1<<16)
		}
		switch n % 16 {
		case 3:
			null.Write(buf)
		case 7:
			trace.WithRegion(ctx, "step", func() { sink[id+8] = make([]*node, 32) })
		case 11:
			var wg sync.WaitGroup
			wg.Add(1)
			go func() { wg.Done() }()
			wg.Wait()
		case 15:
			trace.Log(ctx, "progress", "step done")
		}
	}
	task.End()
	close(in)
}

// allocate is the allocation-heavy load: short lists, tiny values, slices of many classes, a few large objects.
func allocate(id, live int, stop *atomic.Bool) {
	var keep *node
	old := make([]*node, live)
	var ring [256][]byte
	for n := 0; !stop.Load(); n++ {
		for i := 0; i < 64; i++ {
			keep = &node{next: keep}
			b := new(byte)
			*b = byte(i)
			sink[id] = b
			if live > 0 {
				old[(n*64+i)*7919%live] = &node{}
			}
			ring[(n+i)%len(ring)] = make([]byte, 16+(n*31+i*97)%2000)
		}
		if n%8 == 0 {
			keep = nil
		}
		if n%512 == 0 {
			sink[id+8] = make([]byte, 100<<10)
		}
	}
}
