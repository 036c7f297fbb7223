//go:build go1.23

package main

import "iter"

// coroutines switches between goroutines without the scheduler (GoSwitch, GoCreateBlocked), once to the end and once not.
func coroutines() {
	for _, most := range []int{5, 2} {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := 0; i < 4 && yield(i); i++ {
			}
		})
		for i := 0; i < most; i++ {
			next()
		}
		stop()
	}
}
