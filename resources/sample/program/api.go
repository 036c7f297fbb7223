package main

import (
	"encoding/json"
	"log"
	"net/http"
)

// routes is the service's interface: scans in, journeys out, one setting.
func routes(registry *Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /scans", registry.postScans)
	mux.HandleFunc("GET /parcels/{number}", registry.getParcel)
	mux.HandleFunc("PUT /settings", registry.putSettings)
	return mux
}

// postScans takes one JSON document a line, so that a large batch needs no large buffer.
func (r *Registry) postScans(w http.ResponseWriter, request *http.Request) {
	for batch := json.NewDecoder(request.Body); batch.More(); {
		var s Scan
		if err := batch.Decode(&s); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Record(&s)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *Registry) getParcel(w http.ResponseWriter, request *http.Request) {
	last, ok := r.Last(request.PathValue("number"))
	if !ok {
		http.NotFound(w, request)
		return
	}
	last.Picture = nil
	_ = json.NewEncoder(w).Encode(last)
}

func (r *Registry) putSettings(w http.ResponseWriter, request *http.Request) {
	var settings struct {
		CloseOn string `json:"close_on"`
	}
	if err := json.NewDecoder(request.Body).Decode(&settings); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.CloseOn(settings.CloseOn)
	log.Printf("settings: close_on=%s", settings.CloseOn)
}
