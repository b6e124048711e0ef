package modelx_test

import (
	"errors"
	"fmt"
	"log"
	"math"

	"github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// In Python: modelx.register_function("acme.log_price", func, inverse_func), where func gives the logarithm of the price and
// the price for each square metre.
func ExampleRegisterFunction() {
	err := modelx.RegisterFunction("acme.log_price", modelx.Function{
		Inputs:  2,
		Outputs: 2,
		Apply: func(dst, x []float64) {
			dst[0], dst[1] = math.Log(x[0]), x[0]/x[1]
		},
		Inverse: func(dst, x []float64) {
			dst[0] = math.Exp(x[0])
			dst[1] = dst[0] / x[1]
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	// Programs get their models from modelx.Load.
	m, err := modelx.New(&modelxpb.ModelProto{Model: &modelxpb.ModelProto_Function{Function: &modelxpb.FunctionProto{
		NFeatures: 2,
		Transform: &modelxpb.AppliedFunction{Name: "acme.log_price", NOutputs: 2},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	out := make([]float64, 2)
	if err := m.Run(modelx.Transform, out, []float64{240_000, 80}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", out)

	_, err = modelx.New(&modelxpb.ModelProto{Model: &modelxpb.ModelProto_Function{Function: &modelxpb.FunctionProto{
		NFeatures: 2,
		Transform: &modelxpb.AppliedFunction{Name: "acme.other", NOutputs: 2},
	}}})
	fmt.Println(errors.Is(err, modelx.ErrUnregisteredFunction))
	// Output:
	// [12.388 3000.000]
	// true
}
