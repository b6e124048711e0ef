// Package authtest makes certificates for tests of TLS.
package authtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Files are what a server and its client need. They are gone when the test ends.
type Files struct {
	// Cert and Key are the server's, of 127.0.0.1 and localhost; CA signed them, and the client's.
	Cert, Key, CA string
	CAs           *x509.CertPool
	Client        tls.Certificate
}

// Make makes an authority, and two certificates that it signed.
func Make(t testing.TB) *Files {
	t.Helper()
	a := newAuthority(t)
	folder := t.TempDir()
	f := &Files{
		Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem"), CA: filepath.Join(folder, "ca.pem"),
		CAs: x509.NewCertPool(),
	}
	f.CAs.AddCert(a.certificate)
	cert, key := a.sign(t, 2, x509.ExtKeyUsageServerAuth)
	write(t, f.Cert, cert)
	write(t, f.Key, key)
	write(t, f.CA, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
	client, err := tls.X509KeyPair(a.sign(t, 3, x509.ExtKeyUsageClientAuth))
	if err != nil {
		t.Fatal(err)
	}
	f.Client = client
	return f
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := newKey(t)
	template := describe(1)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{certificate, key}
}

// sign makes a certificate and its key, both in PEM form.
func (a *authority) sign(t testing.TB, serial int64, usage x509.ExtKeyUsage) (cert, key []byte) {
	t.Helper()
	private := newKey(t)
	template := describe(serial)
	template.ExtKeyUsage = []x509.ExtKeyUsage{usage}
	template.IPAddresses, template.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1)}, []string{"localhost"}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func describe(serial int64) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "modelx test"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
}
