// Peer counts the events of a trace with golang.org/x/exp/trace and prints the count: the least that reader can do.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"golang.org/x/exp/trace"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	r, err := trace.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		panic(err)
	}
	n := 0
	for {
		if _, err := r.ReadEvent(); err == io.EOF {
			break
		} else if err != nil {
			panic(err)
		}
		n++
	}
	fmt.Println(n)
}
