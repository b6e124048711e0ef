package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	modelx "github.com/modelx-dev/modelx/interop"
)

// FuzzRunCSV predicts from hostile CSV. Nothing panics; an error is typed and has its exit code; what is written has a
// number for each value of a row, whatever the size of the blocks, and gives itself when it is read again.
func FuzzRunCSV(f *testing.F) {
	for _, text := range []string{
		"1,2\n3,4\n", "a,b\r\n1,2\r\n", "b,x,a\n1,?,2\n", "\xef\xbb\xbf\"1\",\" 2\"\n\n", "nan,-Infinity\n1e999,0x1p3\n",
		"\"1\n\",2\n3,\"4\"\"\"\n", ",\n", "1;2\n", "\"", "1,2,\n",
	} {
		f.Add(text, false)
		f.Add(text, true)
	}
	p := same(2)
	model := filepath.Join(f.TempDir(), "same.pb")
	if err := modelx.Save(model, p); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, header bool) {
		args := []string{"predict", "--json", "--method", "transform", "--model", model}
		given := args
		if header {
			given = append(given[:len(given):len(given)], "--header")
		}
		r := runWith(text, given...)
		if r.code != exitOK {
			var answer struct{ Error description }
			err := json.Unmarshal([]byte(r.errOut), &answer)
			if err != nil || r.code != exitBadInput || answer.Error.Kind == "usage" {
				t.Fatalf("exit code %d, %q, %v", r.code, r.errOut, err)
			}
			return
		}
		for _, line := range strings.Split(strings.TrimSuffix(r.out, "\n"), "\n") {
			if r.out == "" {
				break
			}
			cells := strings.Split(line, ",")
			if len(cells) != 2 {
				t.Fatalf("a row %q", line)
			}
			for _, cell := range cells {
				if v, err := strconv.ParseFloat(cell, 64); err != nil || (cell == "nan") != math.IsNaN(v) {
					t.Fatalf("a value %q, %v", cell, err)
				}
			}
		}
		if blocks := runWith(text, append(given, "--block", "1")...); blocks != r {
			t.Fatalf("in blocks: %+v, not %+v", blocks, r)
		}
		if again := runWith(r.out, args...); again != r {
			t.Fatalf("again: %+v, not %+v", again, r)
		}
	})
}
