// Command load sends one request over and over from many clients and counts the answers, or serves a bare echo to
// compare with.
//
//	load grpc -target 127.0.0.1:8081 -method /modelx.v1.ModelService/Predict -payload request.bin
//	load http -target http://127.0.0.1:8080/predict -payload request.json -content-type application/json
//	load echo
//
// grpc and http print one JSON object: answers a second, errors, and percentiles of the latency in microseconds.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// sender makes one request, and tells what went wrong.
type sender func() error

// report is what one run found.
type report struct {
	PerSecond float64 `json:"per_second"`
	Answers   int     `json:"answers"`
	Errors    int     `json:"errors"`
	First     string  `json:"first_error,omitempty"`
	P50       float64 `json:"p50_us"`
	P99       float64 `json:"p99_us"`
	Max       float64 `json:"max_us"`
}

// result is what one client saw.
type result struct {
	took   []time.Duration
	errors int
	first  string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("expected grpc, http or echo")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	target := flags.String("target", "", "address of the gRPC server, or the URL")
	method := flags.String("method", "/modelx.v1.ModelService/Predict", "full name of the gRPC method")
	payload := flags.String("payload", "", "file with the request's bytes")
	contentType := flags.String("content-type", "application/json", "of the HTTP request")
	clients := flags.Int("clients", 16, "how many send at a time")
	connections := flags.Int("connections", 4, "gRPC connections that they share")
	seconds := flags.Float64("seconds", 2, "how long to measure, after half a second of warming up")
	address := flags.String("address", "127.0.0.1:0", "where echo listens")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "echo" {
		return echo(*address)
	}
	body, err := os.ReadFile(*payload)
	if err != nil {
		return err
	}
	var send func(client int) sender
	switch args[0] {
	case "grpc":
		send, err = overGRPC(*target, *method, body, *connections)
	case "http":
		send, err = overHTTP(*target, *contentType, body, *clients)
	default:
		err = fmt.Errorf("found %q, expected grpc, http or echo", args[0])
	}
	if err != nil {
		return err
	}
	measure(send, *clients, 500*time.Millisecond)
	return json.NewEncoder(os.Stdout).Encode(measure(send, *clients, time.Duration(*seconds*float64(time.Second))))
}

// measure lets all clients send for a while.
func measure(send func(int) sender, clients int, during time.Duration) report {
	results := make([]result, clients)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { results[i] = drive(send(i), start.Add(during)) })
	}
	wg.Wait()
	elapsed := time.Since(start).Seconds()
	var all result
	for _, r := range results {
		all.took = append(all.took, r.took...)
		all.errors += r.errors
		if all.first == "" {
			all.first = r.first
		}
	}
	slices.Sort(all.took)
	at := func(share float64) float64 {
		if len(all.took) == 0 {
			return 0
		}
		return float64(all.took[int(share*float64(len(all.took)-1))].Nanoseconds()) / 1e3
	}
	return report{
		PerSecond: float64(len(all.took)) / elapsed, Answers: len(all.took), Errors: all.errors, First: all.first,
		P50: at(0.5), P99: at(0.99), Max: at(1),
	}
}

// drive sends one request after the other until a moment.
func drive(send sender, end time.Time) result {
	r := result{took: make([]time.Duration, 0, 1<<16)}
	for {
		start := time.Now()
		if start.After(end) {
			return r
		}
		if err := send(); err != nil {
			r.errors++
			if r.first == "" {
				r.first = err.Error()
			}
			continue
		}
		r.took = append(r.took, time.Since(start))
	}
}
