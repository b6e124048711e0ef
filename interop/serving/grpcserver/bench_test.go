package grpcserver

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const benchFeatures = 30

// scaled is a scaler and a logistic regression of 30 features.
func scaled() *modelxpb.ModelProto {
	ones, weights := make([]float64, benchFeatures), make([]float64, benchFeatures)
	for i := range weights {
		ones[i], weights[i] = 1+float64(i)/8, float64(i-15)/16
	}
	return &modelxpb.ModelProto{
		Name: "scaled", Version: "1.0.0", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{
			{Name: "scaler", Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
				NFeatures: benchFeatures, Subtract: ones, Divide: ones,
			}}},
			{Name: "logistic", Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
				Coefficients: weights, Intercepts: []float64{0.5}, NFeatures: benchFeatures,
				Classes: &modelxpb.Labels{Ints: []int64{0, 1}}, Probability: modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
			}}},
		}}},
	}
}

// bare is a server that a careful person writes in a minute: generated code, no model.
type bare struct {
	modelxpb.UnimplementedModelServiceServer
}

func (bare) Predict(_ context.Context, in *modelxpb.PredictRequest) (*modelxpb.PredictResponse, error) {
	return &modelxpb.PredictResponse{
		Predictions: in.GetFeatures()[:len(in.GetFeatures())/benchFeatures], ModelVersion: "1.0.0", Timestamp: time.Now().Unix(),
		ModelName: "scaled", Rows: int64(len(in.GetFeatures()) / benchFeatures), Columns: 1,
	}, nil
}

func startBare(b *testing.B) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	requireNone(b, err)
	s := grpc.NewServer()
	modelxpb.RegisterModelServiceServer(s, bare{})
	go func() { _ = s.Serve(listener) }() // Stop ends it.
	b.Cleanup(s.Stop)
	return listener.Addr().String()
}

// BenchmarkPredict has 16 clients on 4 connections, beside a bare server of the same messages. The processor's time is
// that of clients and server together.
func BenchmarkPredict(b *testing.B) {
	for _, rows := range []int{1, 1000} {
		request, err := proto.Marshal(&modelxpb.PredictRequest{Features: make([]float64, rows*benchFeatures)})
		requireNone(b, err)
		b.Run(fmt.Sprintf("rows=%d/bare", rows), func(b *testing.B) { drive(b, startBare(b), request, rows) })
		b.Run(fmt.Sprintf("rows=%d/modelx", rows), func(b *testing.B) {
			r := start(b, repository(b, scaled()), func(c *Config) { c.Telemetry = told(c.Telemetry.Log, "errors") })
			drive(b, r.address, request, rows)
		})
	}
}

func drive(b *testing.B, address string, request []byte, rows int) {
	b.Helper()
	const clients, connections = 8, 4 // For each of two processors.
	var open [connections]*grpc.ClientConn
	for i := range open {
		conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(frameCodec{})))
		requireNone(b, err)
		defer func() { _ = conn.Close() }()
		open[i] = conn
	}
	var next atomic.Int64
	b.SetParallelism(clients)
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		conn := open[next.Add(1)%connections]
		answer := new(frame)
		for p.Next() {
			if err := conn.Invoke(context.Background(), "/modelx.v1.ModelService/Predict", frame(request), answer); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N*rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	requireNone(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
