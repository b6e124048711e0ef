package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/client"
)

func Example() {
	// The server is one of this example's own; yours has another address.
	address, stop := serveFlowers()
	defer stop()

	c, err := client.Dial(address)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = c.Close() }()

	p, err := c.Predict(context.Background(), []float64{-1, 0.5}, client.Probabilities())
	if err != nil {
		log.Fatal(err)
	}
	for i, label := range p.Labels {
		fmt.Println(label, p.ProbabilitiesOf(i))
	}
	// Output:
	// aster [1 0]
	// rose [0.25 0.75]
}

func ExampleClient_PredictColumns() {
	address, stop := servePeople()
	defer stop()
	c, err := client.Dial(address)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = c.Close() }()

	// Rows that are structs become columns; a nil pointer is a missing value.
	type person struct {
		City   *string `modelx:"city"`
		Age    float64 `modelx:"age"`
		Member bool    `modelx:"member"`
	}
	oslo := "Oslo"
	columns, err := modelx.ColumnsOf([]person{{&oslo, 30, true}, {nil, 41, false}})
	if err != nil {
		log.Fatal(err)
	}
	p, err := c.PredictColumns(context.Background(), columns)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Values)

	// They may be made by hand as well.
	_, err = c.PredictColumns(context.Background(), []modelx.Column{
		modelx.StringColumn("city", "Paris"), modelx.StringColumn("age", "27"), modelx.BoolColumn("member", false),
	})
	if errors.Is(err, client.NotNumeric) {
		fmt.Println(err)
	}
	// Output:
	// [1130 4041]
	// column "age" has strings; expected numbers [INVALID_ARGUMENT, not_numeric]
}

func ExampleError() {
	address, stop := serveFlowers()
	defer stop()
	c, err := client.Dial(address)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = c.Close() }()

	_, err = c.Predict(context.Background(), []float64{1, 2, 3}, client.Rows(2))
	var refused *client.Error
	switch {
	case errors.Is(err, modelx.ErrWrongWidth) && errors.As(err, &refused):
		fmt.Println(refused.CodeName(), refused.Message)
	default:
		fmt.Println("something else:", err)
	}
	// Output:
	// INVALID_ARGUMENT features has 3 values for 2 rows; expected 2
}

func ExampleClient_Stream() {
	address, stop := serveFlowers()
	defer stop()
	c, err := client.Dial(address)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = c.Close() }()

	s, err := c.Stream(context.Background(), client.Method(modelx.DecisionFunction))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	go func() {
		for _, v := range []float64{1, 2} {
			if err := s.Send([]float64{v}); err != nil {
				return // Recv tells why.
			}
		}
		_ = s.CloseSend() // As above.
	}()
	for {
		p, err := s.Recv()
		var refused *client.Error
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &refused) && refused.InStream:
			fmt.Println("refused:", refused.Message)
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(p.Values)
		}
	}
	// Output:
	// [1]
	// [2]
}
