package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// overHTTP returns a maker of senders with a connection each.
func overHTTP(url, contentType string, body []byte, clients int) (func(int) sender, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	return func(int) sender {
		return func() error {
			response, err := client.Post(url, contentType, bytes.NewReader(body))
			if err != nil {
				return err
			}
			defer response.Body.Close() //nolint:errcheck // it was read to its end
			answer, err := io.ReadAll(response.Body)
			if err == nil && response.StatusCode != http.StatusOK {
				err = fmt.Errorf("%s: %s", response.Status, answer)
			}
			return err
		}
	}, nil
}
