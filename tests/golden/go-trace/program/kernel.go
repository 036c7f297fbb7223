package main

import "syscall"

// blockInKernel stays in a system call long enough to lose its P.
func blockInKernel() {
	wait := syscall.NsecToTimespec(25e6)
	syscall.Nanosleep(&wait, nil)
}
