//go:build go1.25

package main

import (
	"io"
	"runtime/trace"
	"time"
)

// startFlight records into a ring; what the returned function writes is the last second or so.
func startFlight(w io.Writer) func() {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 100 * time.Millisecond, MaxBytes: 1 << 20})
	check(recorder.Start())
	return func() {
		_, err := recorder.WriteTo(w)
		check(err)
		recorder.Stop()
	}
}
