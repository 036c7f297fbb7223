package main

import (
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// blocking lets goroutines wait for each other in all the ways the runtime tells apart.
func blocking() {
	channels()
	locks()
	systemCalls()
	before := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(before + 1)
	runtime.GOMAXPROCS(before)
}

func channels() {
	in, out, never := make(chan int), make(chan int, 1), make(chan int)
	go func() {
		for v := range in {
			select {
			case out <- v:
			case <-never:
			}
		}
		close(out)
	}()
	go func() {
		for i := 0; i < 8; i++ {
			in <- i
		}
		close(in)
	}()
	for range out {
		runtime.Gosched()
	}
}

func locks() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := 0
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			if i == 3 {
				runtime.LockOSThread()
			}
			mu.Lock()
			ready++
			for ready < 4 {
				cond.Wait()
			}
			cond.Broadcast()
			mu.Unlock()
			runtime.Goexit()
		}(i)
	}
	mu.Lock()
	time.Sleep(200 * time.Microsecond)
	mu.Unlock()
	wg.Wait()
}

func systemCalls() {
	r, w, err := os.Pipe()
	check(err)
	go func() {
		time.Sleep(time.Millisecond)
		w.Write([]byte("pipe"))
		w.Close()
	}()
	buf := make([]byte, 16)
	r.Read(buf)
	r.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		c, err := net.Dial("tcp", l.Addr().String())
		check(err)
		time.Sleep(time.Millisecond)
		c.Write([]byte("net"))
		c.Close()
	}()
	c, err := l.Accept()
	check(err)
	c.Read(buf)
	c.Close()
	l.Close()
	blockInKernel()
}
