package modelx

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const benchWidth = 30

func randomValues(n int) []float64 {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return values
}

func linearProto() *modelxpb.ModelProto {
	b := 1.5
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
		Coefficients: randomValues(benchWidth), Intercept: &b, NFeatures: benchWidth,
	}}}
}

func scalerProto() *modelxpb.ModelProto {
	divide := randomValues(benchWidth)
	for i := range divide {
		divide[i] += 7
	}
	return &modelxpb.ModelProto{Name: "scale", Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
		NFeatures: benchWidth, Subtract: randomValues(benchWidth), Divide: divide,
	}}}
}

func logisticProto() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "classify", Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
		Coefficients: randomValues(benchWidth), Intercepts: []float64{0.25}, NFeatures: benchWidth,
		Classes: &modelxpb.Labels{Ints: []int64{0, 1}}, Probability: modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
	}}}
}

func kMeansProto() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "cluster", Model: &modelxpb.ModelProto_Kmeans{Kmeans: &modelxpb.KMeansProto{
		Centers: randomValues(10 * benchWidth), NClusters: 10, NFeatures: benchWidth,
	}}}
}

func pipelineProto(steps ...*modelxpb.ModelProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: steps}}}
}

func mustNew(t testing.TB, p *modelxpb.ModelProto) Model {
	t.Helper()
	m, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each benchmark reports the time of one row as ns/row.
func BenchmarkRun(b *testing.B) {
	for _, bench := range []struct {
		name   string
		proto  *modelxpb.ModelProto
		method Method
	}{
		{"LinearRegression", linearProto(), Predict},
		{"ScalerAndLogistic", pipelineProto(scalerProto(), logisticProto()), PredictProba},
		{"KMeans10", kMeansProto(), Predict},
		{"KMeans10Distances", kMeansProto(), Transform},
	} {
		m := mustNew(b, bench.proto)
		for _, rows := range []int{1, 20_000} {
			b.Run(fmt.Sprintf("%s/rows=%d", bench.name, rows), func(b *testing.B) {
				x, dst := randomValues(rows*benchWidth), make([]float64, rows*m.Columns(bench.method))
				b.ReportAllocs()
				for b.Loop() {
					if err := m.Run(bench.method, dst, x); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
			})
		}
	}
}
