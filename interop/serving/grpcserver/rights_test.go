package grpcserver

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/auth/authtest"
)

func newGate(limit int) *admission.Gate { return admission.New(limit) }

func TestRights(t *testing.T) {
	r := start(t, repository(t, line()), withTokens([]string{"reader"}, []string{"writer"}))
	for _, m := range methods() {
		for _, c := range []struct {
			header string
			right  auth.Right
			code   codes.Code
			text   string
		}{
			{"", auth.Predict, codes.Unauthenticated, `no bearer token; expected the header "authorization: Bearer TOKEN"`},
			{"Bearer wrong", auth.Predict, codes.Unauthenticated, "the bearer token is unknown"},
			{"Bearer reader", auth.Reload, codes.PermissionDenied, "the bearer token has no right to reload"},
		} {
			if m.right < c.right {
				continue
			}
			ctx := wait(t)
			if c.header != "" {
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", c.header)
			}
			// The token is looked at before the message, which is none.
			var md metadata.MD
			err := r.send(ctx, "/"+m.fullName, []byte{0xff}, grpc.Trailer(&md))
			requireStatus(t, err, c.code, c.text)
			kind := serving.Unauthenticated
			if c.code == codes.PermissionDenied {
				kind = serving.PermissionDenied
			}
			requireTrailer(t, md, kind)
		}
	}
	for _, token := range []string{"reader", "writer"} {
		_, err := r.model.Predict(metadata.AppendToOutgoingContext(wait(t), "authorization", "bearer "+token), predictRequest("", 1, 2))
		requireNone(t, err)
	}
	_, err := r.model.ReloadModel(metadata.AppendToOutgoingContext(wait(t), "authorization", "Bearer writer"), &modelxpb.ReloadModelRequest{})
	requireNone(t, err)
	// Probes have no token.
	_, err = r.infer.ServerReady(wait(t), &inferencepb.ServerReadyRequest{})
	requireNone(t, err)
	_, err = r.infer.ModelReady(wait(t), &inferencepb.ModelReadyRequest{Name: "line"})
	requireNone(t, err)
	_, err = healthpb.NewHealthClient(r.conn).Check(wait(t), &healthpb.HealthCheckRequest{})
	requireNone(t, err)
	stream, err := reflectionpb.NewServerReflectionClient(r.conn).ServerReflectionInfo(wait(t))
	requireNone(t, err)
	_, err = stream.Recv()
	requireStatus(t, err, codes.Unauthenticated, `no bearer token; expected the header "authorization: Bearer TOKEN"`)
}

func TestTLS(t *testing.T) {
	files := authtest.Make(t)
	config, err := auth.TLSConfig(files.Cert, files.Key, "")
	requireNone(t, err)
	r := start(t, repository(t, line()), withTLS(config))
	conn := r.dial(t, credentials.NewTLS(&tls.Config{RootCAs: files.CAs}))
	_, err = modelxpb.NewModelServiceClient(conn).Predict(wait(t), predictRequest("", 1, 2))
	requireNone(t, err)
	for name, creds := range map[string]credentials.TransportCredentials{
		"another authority": credentials.NewTLS(&tls.Config{RootCAs: x509.NewCertPool()}),
		"old TLS":           credentials.NewTLS(&tls.Config{RootCAs: files.CAs, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
	} {
		_, err := modelxpb.NewModelServiceClient(r.dial(t, creds)).Predict(wait(t), predictRequest("", 1, 2))
		if err == nil {
			t.Errorf("%s is let in", name)
		}
	}
	// Who does not speak TLS gets nothing.
	if _, err := r.model.Predict(wait(t), predictRequest("", 1, 2)); err == nil {
		t.Error("a connection without TLS is let in")
	}
}

func TestMutualTLS(t *testing.T) {
	files := authtest.Make(t)
	config, err := auth.TLSConfig(files.Cert, files.Key, files.CA)
	requireNone(t, err)
	r := start(t, repository(t, line()), withTLS(config))
	with := func(certificates ...tls.Certificate) error {
		conn := r.dial(t, credentials.NewTLS(&tls.Config{RootCAs: files.CAs, Certificates: certificates}))
		_, err := modelxpb.NewModelServiceClient(conn).Predict(wait(t), predictRequest("", 1, 2))
		return err
	}
	requireNone(t, with(files.Client))
	if with() == nil {
		t.Error("a client without a certificate is let in")
	}
	if with(authtest.Make(t).Client) == nil {
		t.Error("a client of another authority is let in")
	}
}
