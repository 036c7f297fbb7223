package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The world around the service, in the same process but over real HTTP: hubs that scan, a front desk that asks, and one change of a setting.
const (
	hubs            = 4
	batchEvery      = 200 * time.Millisecond
	parcelsPerBatch = 4 // new ones, for each hub
	settingsChange  = 12 * time.Second
)

var stops = []string{"accepted", "sorted", "loaded", "departed", "arrived", "sorted", "out_for_delivery", "delivered", "proof"}

var lastNumber atomic.Int64

type journey struct {
	label string
	stop  int
	due   time.Time
}

type hub struct {
	number int
	url    string
	rng    *rand.Rand
	film   []byte // scans carry a piece of this
	moving []*journey
	body   bytes.Buffer
}

func startWorld(ctx context.Context, url string) {
	for i := range hubs {
		rng := rand.New(rand.NewPCG(2026, uint64(i)))
		h := &hub{number: i + 1, url: url + "/scans", rng: rng, film: make([]byte, 64<<10)}
		for b := range h.film {
			h.film[b] = byte(rng.Uint32())
		}
		time.AfterFunc(time.Duration(i+2)*batchEvery/hubs, func() { every(ctx, batchEvery, h.post) })
	}
	go every(ctx, 250*time.Millisecond, func(time.Time) error {
		return send("GET", fmt.Sprintf("%s/parcels/PT%08d", url, lastNumber.Load()-200), nil)
	})
	time.AfterFunc(settingsChange, func() { _ = send("PUT", url+"/settings", strings.NewReader(`{"close_on":"proof"}`)) })
}

// every calls work at a steady pace until the end; a failure is logged and does not stop it.
func every(ctx context.Context, pace time.Duration, work func(time.Time) error) {
	for tick := time.NewTicker(pace); ; {
		select {
		case now := <-tick.C:
			if err := work(now); err != nil {
				log.Print(err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// post sends the scans that are due: new parcels, and the next stop of those on their way.
func (h *hub) post(now time.Time) error {
	for range parcelsPerBatch {
		n := lastNumber.Add(1)
		h.moving = append(h.moving, &journey{label: fmt.Sprintf("PT%08d-%d", n, n%7), due: now})
	}
	h.body.Reset()
	lines := json.NewEncoder(&h.body)
	still := h.moving[:0]
	for _, j := range h.moving {
		if !j.due.After(now) {
			picture := h.film[h.rng.IntN(len(h.film)-60*48):][:60*48]
			_ = lines.Encode(&Scan{j.label, h.number, stops[j.stop], h.rng.IntN(24), h.rng.Float64() * 20, picture})
			j.stop++
			j.due = now.Add(time.Duration(300+h.rng.IntN(400)) * time.Millisecond)
		}
		if j.stop < len(stops) {
			still = append(still, j)
		}
	}
	clear(h.moving[len(still):])
	h.moving = still
	return send("POST", h.url, bytes.NewReader(h.body.Bytes()))
}

func send(method, url string, body io.Reader) error {
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Body.Close()
}
