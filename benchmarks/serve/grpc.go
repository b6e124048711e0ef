package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// frame is a message whose bytes are made once; the client's own encoding is not what is measured.
type frame struct{ bytes []byte }

type frameCodec struct{}

func (frameCodec) Name() string { return "proto" }

func (frameCodec) Marshal(v any) ([]byte, error) { return v.(*frame).bytes, nil }

func (frameCodec) Unmarshal(data []byte, v any) error {
	v.(*frame).bytes = append(v.(*frame).bytes[:0], data...)
	return nil
}

// overGRPC returns a maker of senders that share some connections.
func overGRPC(target, method string, body []byte, connections int) (func(int) sender, error) {
	open := make([]*grpc.ClientConn, connections)
	for i := range open {
		// An option that differs keeps the connections apart.
		c, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithUserAgent(fmt.Sprint("load/", i)), grpc.WithDefaultCallOptions(grpc.ForceCodec(frameCodec{})))
		if err != nil {
			return nil, err
		}
		open[i] = c
	}
	return func(client int) sender {
		connection := open[client%connections]
		in, out := &frame{body}, &frame{}
		return func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			return connection.Invoke(ctx, method, in, out)
		}
	}, nil
}

// bare is a server that a careful person writes in a minute: generated code, no model.
type bare struct {
	modelxpb.UnimplementedModelServiceServer
}

func (bare) Predict(_ context.Context, in *modelxpb.PredictRequest) (*modelxpb.PredictResponse, error) {
	return &modelxpb.PredictResponse{
		Predictions: in.GetFeatures()[:1], ModelVersion: "1.0.0", Timestamp: time.Now().Unix(), ModelName: "bare",
		Rows: 1, Columns: 1,
	}, nil
}

// echo serves until the process is ended, and prints its address.
func echo(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := grpc.NewServer()
	modelxpb.RegisterModelServiceServer(server, bare{})
	return server.Serve(listener)
}
