package main

import (
	"runtime"
	"strconv"
	"time"
)

type node struct {
	next *node
	pad  [3]int
}

// headered has pointers and more than 512 bytes: a malloc header stands before it (Go 1.22).
type headered struct {
	next *headered
	pad  [100]int
}

var (
	list   *node
	heads  *headered
	blocks [24][]byte
	tiny   [40]*byte
)

// collections allocates objects of all kinds under marks, and makes the collector run, on its own and forced.
func collections(round int) {
	name := strconv.Itoa(round)
	for i := 0; i < 400; i++ {
		list = &node{next: list}
	}
	for i := 0; i < 30; i++ {
		heads = &headered{next: heads}
	}
	for i := range tiny {
		tiny[i] = new(byte)
	}
	setMark("small " + name)
	for i := 0; i < 160; i++ {
		blocks[i%len(blocks)] = make([]byte, 20_000+i*700)
	}
	setMark("large " + name)
	list, heads = nil, nil
	if round == 1 {
		runtime.GC()
		setMark("collected")
	}
	assists()
}

// assists allocates from several goroutines while the mark phase has much to mark, so that they must help.
func assists() {
	var roots [60][]*node
	for i := range roots {
		roots[i] = make([]*node, 4000)
	}
	done := make(chan bool)
	for g := 0; g < 3; g++ {
		go func(g int) {
			for i := 0; i < 60; i++ {
				roots[(g*20+i)%len(roots)][i] = &node{}
				sink[g] = make([]*node, 3000)
			}
			done <- true
		}(g)
	}
	for g := 0; g < 3; g++ {
		<-done
	}
	runtime.KeepAlive(roots)
}

var sink [3][]*node

// burn keeps a processor busy for the CPU profiler.
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		spin(1 << 14)
	}
}

//go:noinline
func spin(n int) (x int) {
	for i := 0; i < n; i++ {
		x = x*31 + i
	}
	return x
}
