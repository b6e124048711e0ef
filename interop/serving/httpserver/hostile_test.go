package httpserver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/modelx-dev/modelx/interop/serving/admission"
)

// raw opens a connection and sends text.
func (s *running) raw(t *testing.T, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	connection, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	return connection, bufio.NewReader(connection)
}

func next(t *testing.T, from *bufio.Reader) answered {
	t.Helper()
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{response.StatusCode, response.Header, body}
}

func TestSlowClients(t *testing.T) {
	o, log := options(t)
	o.ReadTimeout = 100 * time.Millisecond
	o.Gate = admission.New(1)
	s := start(t, o, log)
	for _, head := range []string{"", "Content-Encoding: gzip\r\n", "Expect: 100-continue\r\n"} {
		_, from := s.raw(t, "POST /predict HTTP/1.1\r\nHost: x\r\n"+head+"Content-Length: 100\r\n\r\n\x1f")
		if strings.HasPrefix(head, "Expect") {
			if _, err := from.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			if _, err := from.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		// It holds no place among those in flight.
		if a := s.do(t, "POST /predict", []byte(good)); a.status != 200 {
			t.Errorf("got %d %s", a.status, a.body)
		}
		next(t, from).refused(t, 408, "slow_body", "the body did not arrive within 0.1 seconds")
		if _, err := from.ReadByte(); err != io.EOF {
			t.Errorf("the connection goes on: %v", err)
		}
	}
	// A head that does not come is not answered, or by the library.
	_, from := s.raw(t, "GET /healthz HTTP/1.1\r\nHost:")
	if rest, err := io.ReadAll(from); err != nil || strings.Contains(string(rest), " 200 ") {
		t.Errorf("got %q, %v", rest, err)
	}
	// The body's deadline does not count for what comes after it.
	connection, from := s.raw(t, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: "+fmt.Sprint(len(good))+"\r\n\r\n"+good)
	for range 3 {
		if a := next(t, from); a.status != 200 {
			t.Errorf("got %d %s", a.status, a.body)
		}
		time.Sleep(2 * o.ReadTimeout)
		if _, err := io.WriteString(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGarbage(t *testing.T) {
	s := started(t)
	for _, test := range []struct {
		text   string
		status int
	}{
		{"\x00\x01\x02\r\n\r\n", 400},
		{"GET /healthz HTTP/1.1\r\n\r\n", 400},
		{"GET /healthz\r\n\r\n", 400},
		{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", 505},
		{"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400},
		{"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
		{"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", 501},
		{"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 70_000) + "\r\n\r\n", 431},
		{"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 60_000) + "\r\n\r\n", 200},
		{"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"GET /healthz HTTP/1.0\r\n\r\n", 200},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404},
		{"GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 200},
	} {
		_, from := s.raw(t, test.text)
		if a := next(t, from); a.status != test.status {
			t.Errorf("%.60q: got %d %s", test.text, a.status, a.body)
		}
	}
	// Clients that break off in the middle of a body.
	connection, _ := s.raw(t, "POST /predict HTTP/1.1\r\nHost: x\r\nX-Request-Id: gone\r\nContent-Length: 100\r\n\r\n{")
	_ = connection.Close()
	s.log.wait(t, `"request_id":"gone"`, `"code":"CANCELLED"`, `"error":"the client went away"`)
	if a := s.do(t, "POST /predict", []byte(good)); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestAPanicIsAnInternalError(t *testing.T) {
	o, log := options(t)
	server := New(o)
	e, ok := server.Handler.(*edge)
	if !ok {
		t.Fatalf("the handler is a %T", server.Handler)
	}
	e.now = func() time.Time { panic("a defect") }
	s := serve(t, server, log)
	for range 2 {
		s.do(t, "POST /predict", []byte(good), "X-Request-Id: broken").
			refused(t, 500, "internal", "an internal error; the server's log tells more")
	}
	log.wait(t, `"msg":"internal error"`, `"request_id":"broken"`, "a defect")
	log.wait(t, `"msg":"request"`, `"request_id":"broken"`, `"code":"INTERNAL"`, `"level":"error"`)
	if a := s.do(t, "GET /healthz", nil); a.status != 200 {
		t.Errorf("got %d", a.status)
	}
	if n := o.Gate.InFlight(); n != 0 {
		t.Errorf("%d are left in flight", n)
	}
}
