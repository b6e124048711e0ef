package modelx_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// prices is a model of an area and of a city: 2 for each square metre, and 100 in Oslo, 150 in Paris. Programs get theirs
// from modelx.Load.
func prices() modelx.Model {
	city := &modelxpb.ModelProto{Name: "city", Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
		Features: []*modelxpb.EncodedFeature{{Categories: &modelxpb.Categories{Strings: []string{"Oslo", "Paris"}}}},
		Unknown:  modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
	}}}
	area := &modelxpb.ModelProto{Name: "area", Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: 1},
	}}
	columns := &modelxpb.ModelProto{Name: "columns", Model: &modelxpb.ModelProto_ColumnTransformer{
		ColumnTransformer: &modelxpb.ColumnTransformerProto{
			NFeatures: 2, Members: []*modelxpb.ModelProto{city, area},
			Selections: []*modelxpb.ColumnTransformerProto_Selection{{Columns: []uint32{1}}, {Columns: []uint32{0}}},
		},
	}}
	price := &modelxpb.ModelProto{Name: "price", Model: &modelxpb.ModelProto_LinearRegression{
		LinearRegression: &modelxpb.LinearRegressionProto{Coefficients: []float64{100, 150, 2}, Intercept: proto.Float64(0), NFeatures: 3},
	}}
	m, err := modelx.New(&modelxpb.ModelProto{
		Signature: &modelxpb.Signature{
			NFeatures: 2, FeatureNames: []string{"area", "city"},
			FeatureTypes: []modelxpb.DataType{modelxpb.DataType_DATA_TYPE_FLOAT64, modelxpb.DataType_DATA_TYPE_STRING},
		},
		Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{columns, price}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return m
}

type flat struct {
	City  string  `modelx:"city"`
	Area  float64 `modelx:"area"`
	Owner string  `modelx:"-"`
}

func ExampleColumnsOf() {
	columns, err := modelx.ColumnsOf([]flat{{City: "Oslo", Area: 50}, {City: "Paris", Area: 40}})
	if err != nil {
		log.Fatal(err)
	}
	price := make([]float64, 2)
	if err := prices().RunColumns(modelx.Predict, price, columns...); err != nil {
		log.Fatal(err)
	}
	fmt.Println(price)
	// Output: [200 230]
}

func ExampleRowEncoder() {
	m := prices()
	encoder, err := modelx.NewRowEncoder[flat](m) // make it once
	if err != nil {
		log.Fatal(err)
	}
	row, price := make([]float64, 0, m.NumFeatures()), make([]float64, 1)
	for _, f := range []flat{{City: "Oslo", Area: 50}, {City: "Rome", Area: 40}} {
		if row, err = encoder.AppendRow(row[:0], &f); err != nil {
			log.Fatal(err)
		}
		if err := m.Run(modelx.Predict, price, row); err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.City, price[0])
	}
	// Output:
	// Oslo 200
	// Rome 80
}

func ExampleFeatures_FromJSON() {
	m := prices()
	features := modelx.FeaturesOf(m)
	columns, err := features.FromJSON([]byte(`[{"city": "Oslo", "area": 50}, {"city": "Paris", "area": 40, "owner": null}]`))
	if err != nil {
		log.Fatal(err)
	}
	price := make([]float64, 2)
	if err := m.RunColumns(modelx.Predict, price, columns...); err != nil {
		log.Fatal(err)
	}
	fmt.Println(price)
	_, err = features.FromJSON([]byte(`{"city": 5, "area": 50}`))
	fmt.Println(err)
	// Output:
	// [200 230]
	// modelx: column_type: column "city": found 5 in row 0 (line 1), expected a string or null; convert the column first
}

func ExampleFeatures_ReadCSV() {
	m := prices()
	rows, err := modelx.FeaturesOf(m).ReadCSV(strings.NewReader("id,area,city\n1,50,Oslo\n2,40,Paris\n3,10,Rome\n"))
	if err != nil {
		log.Fatal(err)
	}
	for {
		columns, err := rows.Read(2) // at most two rows at a time
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		price := make([]float64, len(rows.Lines()))
		if err := m.RunColumns(modelx.Predict, price, columns...); err != nil {
			log.Fatal(err)
		}
		fmt.Println(rows.Lines(), price)
	}
	// Output:
	// [2 3] [200 230]
	// [4] [20]
}
