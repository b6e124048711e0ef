package modelx_test

import (
	"fmt"
	"log"

	"github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func ExampleLabelSets() {
	// Programs get theirs from modelx.Load.
	genres, err := modelx.New(&modelxpb.ModelProto{Model: &modelxpb.ModelProto_MultiLabelBinarizer{
		MultiLabelBinarizer: &modelxpb.MultiLabelBinarizerProto{Features: []*modelxpb.EncodedFeature{
			{Categories: &modelxpb.Categories{Strings: []string{"comedy", "drama", "western"}}},
		}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	columns, err := modelx.LabelSets(genres.NumFeatures(), [][]string{{"western", "comedy"}, {}, {"drama", "opera"}})
	if err != nil {
		log.Fatal(err)
	}
	indicators := make([]float64, 3*genres.Columns(modelx.Transform))
	if err := genres.RunColumns(modelx.Transform, indicators, columns...); err != nil {
		log.Fatal(err)
	}
	fmt.Println(indicators)
	// Output: [1 0 1 0 0 0 0 1 0]
}
