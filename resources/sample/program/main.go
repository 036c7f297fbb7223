// Parcel-tracker keeps where parcels are: sorting hubs post batches of scans, the front desk asks for single parcels. A parcel is held
// in memory with its history and the images of its scans until its journey is closed.
package main

import (
	"context"
	"expvar"
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8417", "address of the service")
	debug := flag.String("debug", "127.0.0.1:8418", "address of /debug/pprof and /debug/vars")
	flag.Parse()
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	runtime.SetMutexProfileFraction(2)

	registry := NewRegistry()
	expvar.Publish("parcels", expvar.Func(func() any { return registry.Counts() }))
	go func() { log.Fatal(http.ListenAndServe(*debug, nil)) }()
	go func() { log.Fatal(http.ListenAndServe(*listen, routes(registry))) }()
	log.Printf("parcel-tracker: serving on %s, close_on=delivery", *listen)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	startWorld(ctx, "http://"+*listen)
	every(ctx, 10*time.Second, func(time.Time) error {
		c := registry.Counts()
		log.Printf("stats: scans=%d open=%d closed=%d", c.Scans, c.Open, c.Closed)
		return nil
	})
	log.Print("parcel-tracker: terminated")
}
