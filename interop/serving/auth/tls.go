package auth

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// ErrTLSSettings tells that the settings for TLS contradict each other.
var ErrTLSSettings = errors.New("TLS needs both --tls-cert and --tls-key; --tls-client-ca needs both of them too")

// TLSConfig reads the PEM files of --tls-cert, --tls-key and --tls-client-ca. It returns nil where none is named. Each
// server that uses the configuration clones it, and adds the protocols that it speaks.
//
// A file that cannot be read is an error of package os, wrapped; [ErrTLSSettings] stands for a file that is missing
// among the settings; all others tell of a file's content.
func TLSConfig(certFile, keyFile, clientCAFile string) (*tls.Config, error) {
	if certFile == "" && keyFile == "" && clientCAFile == "" {
		return nil, nil
	}
	if certFile == "" || keyFile == "" {
		return nil, ErrTLSSettings
	}
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", certFile, keyFile, err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	if clientCAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(clientCAFile)
	if err != nil {
		return nil, err
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate in PEM form", clientCAFile)
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config, nil
}
