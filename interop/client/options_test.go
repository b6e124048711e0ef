package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/grpcserver"
)

// certificates are PEM files of an authority, a server and a client.
type certificates struct{ ca, serverCert, serverKey, clientCert, clientKey string }

func certify(t *testing.T) certificates {
	t.Helper()
	folder := t.TempDir()
	save := func(name, kind string, der []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	authorityKey := key()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	sign := func(template *x509.Certificate, k *ecdsa.PrivateKey) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, authority, &k.PublicKey, authorityKey)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	c := certificates{ca: save("ca.pem", "CERTIFICATE", sign(authority, authorityKey))}
	for i, name := range []string{"server.test", "client.test"} {
		k := key()
		der := sign(&x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 2)), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour),
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}, k)
		private, err := x509.MarshalECPrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		cert, private2 := save(name+".pem", "CERTIFICATE", der), save(name+".key", "EC PRIVATE KEY", private)
		if i == 0 {
			c.serverCert, c.serverKey = cert, private2
		} else {
			c.clientCert, c.clientKey = cert, private2
		}
	}
	return c
}

func TestTLS(t *testing.T) {
	files := certify(t)
	config, err := auth.TLSConfig(files.serverCert, files.serverKey, files.ca)
	if err != nil {
		t.Fatal(err)
	}
	e := start(t, func(c *grpcserver.Config) { c.TLS = config })
	name := client.WithServerName("server.test")
	good := dial(t, e.address, client.WithTLSFiles(files.ca, files.clientCert, files.clientKey), name, client.WithToken("any"))
	if _, err := good.Predict(t.Context(), []float64{1}); err != nil {
		t.Error(err)
	}
	for what, options := range map[string][]client.Option{
		"no TLS":            nil,
		"no certificate":    {client.WithTLSFiles(files.ca, "", ""), name},
		"another authority": {client.WithTLSFiles("", files.clientCert, files.clientKey), name},
		"another name":      {client.WithTLSFiles(files.ca, files.clientCert, files.clientKey)},
		"the system's":      {client.WithTLS(nil), name},
	} {
		c := dial(t, e.address, append(options, client.WithRetries(0))...)
		if _, err := c.Predict(t.Context(), []float64{1}); !errors.Is(err, client.Unavailable) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	files := certify(t)
	for what, option := range map[string]client.Option{
		"half a pair":    client.WithTLSFiles("", files.clientCert, ""),
		"no certificate": client.WithTLSFiles(files.clientKey, "", ""),
		"another's key":  client.WithTLSFiles("", files.clientCert, files.serverKey),
		"retries":        client.WithRetries(-1),
		"timeout":        client.WithTimeout(-1),
	} {
		if _, err := client.Dial("", option); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := client.Dial("", client.WithTLSFiles("missing.pem", "", "")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := client.Dial("", client.WithTLS(&tls.Config{MinVersion: tls.VersionTLS13})); err != nil {
		t.Error(err)
	}
}
