// Command consumer is another project: it loads a model, and predicts the rows of a CSV file.
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: consumer MODEL ROWS.csv")
	}
	model, err := modelx.Load(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Open(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	var x []float64
	for _, record := range records {
		for _, cell := range record {
			value, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				log.Fatal(err)
			}
			x = append(x, value)
		}
	}
	y := make([]float64, len(records)*model.Columns(modelx.Predict))
	if err := model.Run(modelx.Predict, y, x); err != nil {
		log.Fatal(err)
	}
	for _, value := range y {
		fmt.Println(value)
	}
}
