// Program does a little of everything that an execution trace can tell, under the trace, and prints as JSON what MemStats said at its marks:
// user logs of the category "mark", each followed by a ReadMemStats.
//
//	program -o FILE [-flight]
//
// It compiles with Go 1.19 to 1.26. What newer versions add is in files with build tags.
package main

import (
	"encoding/json"
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"time"
)

type mark struct {
	Label                             string
	HeapObjects, HeapAlloc, HeapInuse uint64
	NumGC                             uint32
	Live                              []uint64
}

var (
	marks []mark
	stats runtime.MemStats
)

func main() {
	out := flag.String("o", "trace.out", "file")
	isFlight := flag.Bool("flight", false, "take the trace with the flight recorder (Go 1.25)")
	flag.Parse()
	debug.SetGCPercent(60)
	marks = make([]mark, 0, 16)
	f, err := os.Create(*out)
	check(err)
	check(pprof.StartCPUProfile(discard{}))
	older := startOlder()
	var stop func()
	if *isFlight {
		stop = startFlight(f)
	} else {
		check(trace.Start(f))
		stop = trace.Stop
	}
	older.end()
	setMark("start")
	for round := 0; round < 2; round++ {
		blocking()
		annotations(round)
		coroutines()
		collections(round)
		// Go 1.22 and later begin a generation every second.
		time.Sleep(1050 * time.Millisecond)
	}
	burn(150 * time.Millisecond)
	blocking()
	annotations(2)
	coroutines()
	setMark("end")
	stop()
	pprof.StopCPUProfile()
	check(f.Close())
	check(json.NewEncoder(os.Stdout).Encode(marks))
}

// setMark notes what MemStats says now. It allocates as little as it can.
func setMark(label string) {
	trace.Log(background, "mark", label)
	runtime.ReadMemStats(&stats)
	live := make([]uint64, len(stats.BySize))
	for i, s := range stats.BySize {
		live[i] = s.Mallocs - s.Frees
	}
	marks = append(marks, mark{label, stats.HeapObjects, stats.HeapAlloc, stats.HeapInuse, stats.NumGC, live})
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func check(err error) {
	if err != nil {
		panic(err)
	}
}
