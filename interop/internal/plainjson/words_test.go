package plainjson

import (
	"math"
	"testing"
)

func TestNonFiniteValuesHaveTexts(t *testing.T) {
	for want, v := range map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)} {
		var w Writer
		w.Double(v)
		if text := NonFinite(v); text != want || string(w.Buf) != `"`+want+`"` {
			t.Errorf("%v is %s, and written as %s", v, text, w.Buf)
		}
		if got, ok := ReadNonFinite(want); !ok || got != v && !(math.IsNaN(got) && math.IsNaN(v)) {
			t.Errorf("%s is read as %v: %v", want, got, ok)
		}
	}
}

func TestOtherTextsStandForNoValue(t *testing.T) {
	for _, text := range []string{"", "nan", "NAN", "inf", "Inf", "infinity", "+Infinity", "-NaN", " NaN", "NaN ", "1"} {
		if got, ok := ReadNonFinite(text); ok || got != 0 {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestReadingANonFiniteTextAllocatesNothing(t *testing.T) {
	text := []byte("-Infinity")
	sum := 0.0
	if n := testing.AllocsPerRun(100, func() {
		v, _ := ReadNonFinite(string(text))
		sum += v
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
