// Program whose trace says when it was made: by times in messages of the trace, and by messages that its log has too.
//
//	marks -trace OUT -log OUT [-times] [-lines]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/trace"
	"time"
)

func main() {
	traceTo := flag.String("trace", "", "where the trace goes")
	logTo := flag.String("log", "", "where the log goes")
	times := flag.Bool("times", false, "write times into the trace")
	lines := flag.Bool("lines", false, "write messages of the log into the trace too")
	flag.Parse()
	traceFile, err := os.Create(*traceTo)
	check(err)
	logFile, err := os.Create(*logTo)
	check(err)
	log.SetOutput(logFile)
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	log.Print("begin of the run")
	time.Sleep(300 * time.Millisecond)
	check(trace.Start(traceFile))
	started := time.Now()
	ctx := context.Background()
	for i := 0; i < 8; i++ {
		time.Sleep(time.Duration(5+3*i) * time.Millisecond)
		if *lines {
			message := fmt.Sprintf("batch %d of the night run loaded", i)
			log.Print("INFO ", message)
			trace.Log(ctx, "batch", message)
		} else {
			log.Print("INFO still at work")
		}
		if *times {
			trace.Log(ctx, "wall", time.Now().Format(time.RFC3339Nano))
		}
		trace.Log(ctx, "cursor", fmt.Sprintf("at key %d, lease until %s", i, started.Add(time.Hour).Format(time.RFC3339)))
	}
	trace.Stop()
	// the truth, for the test
	fmt.Println(started.UnixNano())
	time.Sleep(200 * time.Millisecond)
	log.Print("end of the run")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
