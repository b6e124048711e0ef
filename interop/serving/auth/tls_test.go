package auth_test

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/auth/authtest"
)

func TestTLSConfig(t *testing.T) {
	files := authtest.Make(t)
	none, err := auth.TLSConfig("", "", "")
	if none != nil || err != nil {
		t.Errorf("no files give %v, %v", none, err)
	}
	one, err := auth.TLSConfig(files.Cert, files.Key, "")
	if err != nil || one.MinVersion != tls.VersionTLS12 || one.ClientAuth != tls.NoClientCert {
		t.Errorf("a certificate gives %v, %v", one, err)
	}
	both, err := auth.TLSConfig(files.Cert, files.Key, files.CA)
	if err != nil || both.ClientAuth != tls.RequireAndVerifyClientCert {
		t.Errorf("an authority gives %v, %v", both, err)
	}
	for _, c := range [][3]string{{files.Cert, "", ""}, {"", files.Key, ""}, {"", "", files.CA}} {
		if _, err := auth.TLSConfig(c[0], c[1], c[2]); !errors.Is(err, auth.ErrTLSSettings) {
			t.Errorf("%q: the error is %v", c, err)
		}
	}
	for _, c := range [][3]string{{"none", files.Key, ""}, {files.Cert, "none", ""}, {files.Cert, files.Key, "none"}} {
		if _, err := auth.TLSConfig(c[0], c[1], c[2]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: the error is %v", c, err)
		}
	}
	for _, c := range [][3]string{{files.Key, files.Key, ""}, {files.Cert, files.Key, files.Key}, {files.Cert, authtest.Make(t).Key, ""}} {
		if _, err := auth.TLSConfig(c[0], c[1], c[2]); err == nil || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: the error is %v", c, err)
		}
	}
}
