package client

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	requestIDHeader  = "x-request-id"
	longestRequestID = 128
	serviceName      = "modelx.v1.ModelService"
)

// Client is a connection to a server of models.
type Client struct {
	settings *settings
	conn     *grpc.ClientConn
	service  modelxpb.ModelServiceClient
	health   grpc_health_v1.HealthClient
}

// Dial makes a client of a server: host:port, host (port 8081), or another name that gRPC knows, such as
// unix:/run/modelx.sock; empty for [DefaultTarget]. It does not wait for the server; [Client.WaitReady] does.
//
// Errors: of an option, of package os for a file that cannot be read, or of grpc-go for a target that is none.
func Dial(target string, options ...Option) (*Client, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(withPort(target), s.dialOptions()...)
	if err != nil {
		return nil, err
	}
	return &Client{
		settings: s, conn: conn, service: modelxpb.NewModelServiceClient(conn),
		health: grpc_health_v1.NewHealthClient(conn),
	}, nil
}

// Close closes the connection; calls under way end with [Cancelled].
func (c *Client) Close() error { return c.conn.Close() }

// Info describes the model that serves. The options that count are [Model], [Version] and [RequestID].
//
// Errors: [*Error].
func (c *Client) Info(ctx context.Context, options ...CallOption) (*modelxpb.GetModelInfoResponse, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	request := &modelxpb.GetModelInfoRequest{ModelName: call.model, ModelVersion: call.version}
	return ask(ctx, c, call.requestID, c.settings.retries, c.settings.timeout,
		func(ctx context.Context, o ...grpc.CallOption) (*modelxpb.GetModelInfoResponse, error) {
			return c.service.GetModelInfo(ctx, request, o...)
		})
}

// Reload brings another file, or another version, into service, and returns when it serves. path is a file under the
// model root as the server sees it; without it, and without [Version], it is the model's own file again. With a path the
// version is the one that the file must have. The options that count are [Model], [Version] and [RequestID].
//
// It is sent once. When the error's code is Unavailable or DeadlineExceeded it may have happened: ask [Client.Info].
//
// Errors: [*Error].
func (c *Client) Reload(ctx context.Context, path string, options ...CallOption) (*modelxpb.ReloadModelResponse, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	return c.reload(ctx, call.requestID, &modelxpb.ReloadModelRequest{
		ModelName: call.model, Path: path, Version: call.version,
	})
}

// Rollback brings the model of before the last change back. The options that count are [Model] and [RequestID]. Like
// [Client.Reload] it is sent once.
//
// Errors: [*Error].
func (c *Client) Rollback(ctx context.Context, options ...CallOption) (*modelxpb.ReloadModelResponse, error) {
	call, err := newCall(options)
	if err != nil {
		return nil, err
	}
	return c.reload(ctx, call.requestID, &modelxpb.ReloadModelRequest{ModelName: call.model, Rollback: true})
}

func (c *Client) reload(ctx context.Context, id string, request *modelxpb.ReloadModelRequest) (*modelxpb.ReloadModelResponse, error) {
	// A second one might undo the first: a rollback of a rollback.
	return ask(ctx, c, id, 0, c.settings.reload,
		func(ctx context.Context, o ...grpc.CallOption) (*modelxpb.ReloadModelResponse, error) {
			return c.service.ReloadModel(ctx, request, o...)
		})
}

// Ready tells whether a server answers and takes requests. It asks once.
//
// Errors: [*Error], when something else answers than a server of models, or the context ended.
func (c *Client) Ready(ctx context.Context) (bool, error) {
	request := &grpc_health_v1.HealthCheckRequest{Service: serviceName}
	answer, err := ask(ctx, c, newRequestID(), 0, c.settings.timeout,
		func(ctx context.Context, o ...grpc.CallOption) (*grpc_health_v1.HealthCheckResponse, error) {
			return c.health.Check(ctx, request, o...)
		})
	if err != nil {
		e, ok := err.(*Error)
		if ok && ctx.Err() == nil && (e.Code == codes.Unavailable || e.Code == codes.DeadlineExceeded) {
			return false, nil
		}
		return false, err
	}
	return answer.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING, nil
}

// WaitReady asks until the server is ready.
//
// Errors: those of [Client.Ready]; when the context ends first, the error is its.
func (c *Client) WaitReady(ctx context.Context) error {
	for {
		ready, err := c.Ready(ctx)
		if ready || err != nil {
			return err
		}
		if err := pause(ctx, askAgain); err != nil {
			return err
		}
	}
}

// askAgain is the time between two looks whether a server is ready.
const askAgain = 100 * time.Millisecond

// outgoing adds the headers of a call to the context.
func (c *Client) outgoing(ctx context.Context, id string) context.Context {
	if c.settings.token != "" {
		return metadata.AppendToOutgoingContext(ctx, requestIDHeader, id, "authorization", "Bearer "+c.settings.token)
	}
	return metadata.AppendToOutgoingContext(ctx, requestIDHeader, id)
}

func newRequestID() string {
	var random [8]byte
	for i, n := 0, rand.Uint64(); i < len(random); i, n = i+1, n>>8 {
		random[i] = byte(n)
	}
	return hex.EncodeToString(random[:])
}

// CheckRequestID returns an error for an id that a server would replace.
func CheckRequestID(id string) error {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	if id == "" || len(id) > longestRequestID || strings.Trim(id, allowed) != "" {
		return fmt.Errorf("request_id is %q; expected at most 128 letters, digits, '.', '_' and '-'", id)
	}
	return nil
}
