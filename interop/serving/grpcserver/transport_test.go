package grpcserver

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// frame is a message of bytes that need not be one.
type frame []byte

type frameCodec struct{}

func (frameCodec) Name() string                  { return "proto" }
func (frameCodec) Marshal(v any) ([]byte, error) { return v.(frame), nil }
func (frameCodec) Unmarshal(b []byte, v any) error {
	*v.(*frame) = append(frame(nil), b...)
	return nil
}

// send sends bytes to a method.
func (r *running) send(ctx context.Context, method string, b []byte, options ...grpc.CallOption) error {
	return r.conn.Invoke(ctx, method, frame(b), new(frame), append(options, grpc.ForceCodec(frameCodec{}))...)
}

func TestNotAMessage(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	for _, m := range methods() {
		if m.refusal != nil {
			continue // A stream answers with a message: TestStreamGoesOn.
		}
		var md metadata.MD
		err := r.send(wait(t), "/"+m.fullName, []byte{0xff}, grpc.Trailer(&md))
		requireStatus(t, err, codes.InvalidArgument, "the message is not a "+m.input)
		requireTrailer(t, md, serving.BadRequest)
	}
}

func TestUnknownMethod(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	for _, name := range []string{"/a.B/C", "/modelx.v1.ModelService/Predict2", "/modelx.v1.ModelService/", "/a/\"b\""} {
		var md metadata.MD
		err := r.send(wait(t), name, nil, grpc.Trailer(&md))
		requireStatus(t, err, codes.Unimplemented, "no method "+serving.Quoted(name)+"; reflection lists those there are")
		requireTrailer(t, md, serving.NoMethod)
	}
}

// The texts are those of a grpcio server with this limit.
func TestTooLarge(t *testing.T) {
	const limit = 2000
	r := start(t, repository(t, line()), func(c *Config) { c.MaxMessageBytes = limit })
	for _, c := range []struct {
		bytes  int
		packed bool
		text   string
	}{
		{limit + 1, false, "SERVER: Received message larger than max (2001 vs. 2000)"},
		{1 << 20, false, "SERVER: Received message larger than max (1048576 vs. 2000)"},
		{limit + 1, true, "SERVER: Received message larger than max (2001 vs. 2000)"},
		{limit + 1023, true, "SERVER: Received message larger than max (3023 vs. 2000)"},
		{limit + 1024, true, "Decompressed message larger than max"},
		{100 << 10, true, "Decompressed message larger than max"},
	} {
		options := []grpc.CallOption{}
		if c.packed {
			options = append(options, grpc.UseCompressor("gzip"))
		}
		var md metadata.MD
		err := r.send(wait(t), "/modelx.v1.ModelService/Predict", make([]byte, c.bytes), append(options, grpc.Trailer(&md))...)
		requireStatus(t, err, codes.ResourceExhausted, c.text)
		requireTrailer(t, md, serving.TooLarge)
	}
	// What is as large as the limit is read, and found to be no message.
	for _, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor("gzip")}} {
		err := r.send(wait(t), "/modelx.v1.ModelService/Predict", make([]byte, limit), options...)
		requireStatus(t, err, codes.InvalidArgument, "the message is not a modelx.v1.PredictRequest")
	}
}

// gzipped packs b.
func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	requireNone(t, err)
	requireNone(t, w.Close())
	return out.Bytes()
}

// rawStream is one RPC, spoken by hand.
type rawStream struct {
	conn   net.Conn
	framer *http2.Framer
}

// rawCall opens a connection and sends the headers of an RPC.
func (r *running) rawCall(t testing.TB, method string, headers ...string) *rawStream {
	t.Helper()
	conn, err := net.Dial("tcp", r.address)
	requireNone(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	requireNone(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, http2.ClientPreface)
	requireNone(t, err)
	s := &rawStream{conn, http2.NewFramer(conn, conn)}
	s.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	requireNone(t, s.framer.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	pairs := append([]string{
		":method", "POST", ":scheme", "http", ":path", method, ":authority", "test", "content-type", "application/grpc", "te", "trailers",
	}, headers...)
	for i := 0; i < len(pairs); i += 2 {
		requireNone(t, encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]}))
	}
	requireNone(t, s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
	return s
}

// onWire is what stands on the wire for a message.
func onWire(flag byte, b []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(b))), b...)
}

// outcome reads until the RPC ends: its trailers, and its messages' bytes.
func (s *rawStream) outcome(t testing.TB) (map[string]string, []byte) {
	t.Helper()
	got := map[string]string{}
	var data []byte
	for {
		f, err := s.framer.ReadFrame()
		requireNone(t, err)
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			for _, field := range f.Fields {
				got[field.Name] = field.Value
			}
			if f.StreamEnded() {
				return got, data
			}
		case *http2.DataFrame:
			data = append(data, f.Data()...)
		case *http2.RSTStreamFrame:
			return map[string]string{"reset": f.ErrCode.String()}, data
		}
	}
}

func TestFrames(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	good, err := proto.Marshal(predictRequest("", 1, 2))
	requireNone(t, err)
	packed := gzipped(t, good)
	notMessage := "the message is not a modelx.v1.PredictRequest"
	for _, c := range []struct {
		name     string
		encoding string
		data     []byte
		code     string
		text     string
	}{
		{"good", "", onWire(0, good), "0", ""},
		{"gzipped", "gzip", onWire(1, packed), "0", ""},
		{"not gzipped after all", "gzip", onWire(0, good), "0", ""},
		// The first one is answered, as grpcio does.
		{"two", "", append(onWire(0, good), onWire(0, good)...), "0", ""},
		{"nothing", "", nil, "3", notMessage},
		{"half a header", "", []byte{0, 0}, "3", notMessage},
		{"half a message", "", onWire(0, good)[:8], "3", notMessage},
		{"a length that does not come", "", []byte{0, 0, 0xff, 0xff, 0xff, 1}, "3", notMessage},
		{"a length over the limit", "", []byte{0, 0xff, 0xff, 0xff, 0xff}, "8", "SERVER: Received message larger than max (4294967295 vs. 67108864)"},
		{"an unknown flag", "", onWire(7, good), "3", notMessage},
		{"a flag without a name", "", onWire(1, packed), "3", notMessage},
		{"no gzip", "gzip", onWire(1, good), "3", notMessage},
		{"gzip that is cut", "gzip", onWire(1, packed[:len(packed)-3]), "3", notMessage},
		{"gzip with more behind it", "gzip", onWire(1, append(bytes.Clone(packed), 'x')), "3", notMessage},
		{"gzip twice", "gzip", onWire(1, append(bytes.Clone(packed), packed...)), "3", notMessage},
		{"a wrong sum", "gzip", onWire(1, append(bytes.Clone(packed[:len(packed)-8]), make([]byte, 8)...)), "3", notMessage},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.encoding != "" {
				headers = []string{"grpc-encoding", c.encoding}
			}
			s := r.rawCall(t, "/modelx.v1.ModelService/Predict", headers...)
			requireNone(t, s.framer.WriteData(1, true, c.data))
			got, data := s.outcome(t)
			if got["grpc-status"] != c.code || got["grpc-message"] != c.text {
				t.Fatalf("the answer is %v, expected code %s: %s", got, c.code, c.text)
			}
			if c.code == "0" && len(data) <= headerBytes {
				t.Fatalf("the answer has %d bytes", len(data))
			}
		})
	}
}

// A bomb costs what the limit is, not what it expands to.
func TestBomb(t *testing.T) {
	const limit = 1 << 20
	bomb := gzipped(t, make([]byte, 256<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := gunzip(mem.BufferSlice{mem.SliceBuffer(bomb)}, limit)
	runtime.ReadMemStats(&after)
	if err == nil || err.Error() != "Decompressed message larger than max" {
		t.Fatalf("the error is %v", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 8*limit {
		t.Fatalf("%d bytes were taken", taken)
	}
}

// Garbage on one connection is not felt on another.
func TestGarbage(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 50 {
		conn, err := net.Dial("tcp", r.address)
		requireNone(t, err)
		garbage := make([]byte, 1+random.IntN(4000))
		for j := range garbage {
			garbage[j] = byte(random.Uint32())
		}
		if i%2 == 0 {
			garbage = append([]byte(http2.ClientPreface), garbage...)
		}
		requireNone(t, conn.SetDeadline(time.Now().Add(patience)))
		// The server may close the connection before it has read all.
		_, _ = conn.Write(garbage)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}
	_, err := r.model.Predict(wait(t), predictRequest("", 1, 2))
	requireNone(t, err)
}

// Who connects and says nothing is let go.
func TestSilentConnection(t *testing.T) {
	r := start(t, repository(t, line()), func(c *Config) { c.HandshakeTimeout = 100 * time.Millisecond })
	conn, err := net.Dial("tcp", r.address)
	requireNone(t, err)
	defer func() { _ = conn.Close() }()
	requireNone(t, conn.SetDeadline(time.Now().Add(patience)))
	if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Fatal("the connection stays open")
	}
}

func TestUnknownEncoding(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	s := r.rawCall(t, "/modelx.v1.ModelService/Predict", "grpc-encoding", "br")
	requireNone(t, s.framer.WriteData(1, true, onWire(1, []byte{1})))
	if got, _ := s.outcome(t); got["grpc-status"] != "12" {
		t.Fatalf("the answer is %v", got)
	}
}

// FuzzMessages sends whatever there is to the methods that take most.
func FuzzMessages(f *testing.F) {
	for _, b := range messages(f) {
		f.Add(b, false)
	}
	for _, b := range inferences(f) {
		f.Add(b, true)
	}
	r := start(f, repository(f, line(), side("words", &modelxpb.Labels{Strings: []string{"no", "yes"}})), nil)
	f.Fuzz(func(t *testing.T, b []byte, infer bool) {
		method := "/modelx.v1.ModelService/Predict"
		if infer {
			method = "/inference.GRPCInferenceService/ModelInfer"
		}
		if err := r.send(wait(t), method, b); err != nil {
			if code := status.Code(err); code != codes.InvalidArgument && code != codes.NotFound {
				t.Fatalf("%x is answered with %v", b, err)
			}
		}
	})
}
