package settings

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/modelx-dev/modelx/interop/serving"
)

// kind is what a setting may be.
type kind interface {
	// parse reads what a flag or the environment says.
	parse(text string) (any, bool)
	// take reads what the TOML file says.
	take(value any) (any, bool)
	// show writes a value as TOML.
	show(value any) string
	// expected says what is right.
	expected() string
	// placeholder stands for the value in the help; empty for a flag that needs none.
	placeholder() string
}

// text is any text; what is empty is unset.
type text struct{ name string }

func (t text) parse(s string) (any, bool) { return s, true }
func (t text) take(v any) (any, bool)     { s, ok := v.(string); return s, ok }
func (t text) show(v any) string          { return tomlString(v.(string)) }
func (t text) expected() string           { return "text" }
func (t text) placeholder() string        { return t.name }

// choice is one of several words.
type choice struct {
	name  string
	words []string
}

func (c choice) parse(s string) (any, bool) { return s, slices.Contains(c.words, s) }
func (c choice) show(v any) string          { return tomlString(v.(string)) }
func (c choice) expected() string           { return "one of " + strings.Join(c.words, ", ") }
func (c choice) placeholder() string        { return c.name }

func (c choice) take(v any) (any, bool) {
	s, ok := v.(string)
	return s, ok && slices.Contains(c.words, s)
}

// integer is a whole number within limits.
type integer struct {
	low, high int64
	name      string
}

var integers = regexp.MustCompile(`^-?[0-9]{1,19}$`)

func (i integer) parse(s string) (any, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !integers.MatchString(s) {
		return nil, false
	}
	return i.take(n)
}

func (i integer) take(v any) (any, bool) {
	n, ok := v.(int64)
	return n, ok && i.low <= n && n <= i.high
}

func (i integer) show(v any) string   { return fmt.Sprint(v) }
func (i integer) expected() string    { return fmt.Sprintf("a whole number from %d to %d", i.low, i.high) }
func (i integer) placeholder() string { return i.name }

// toggle is yes or no: a flag without a value is yes.
type toggle struct{}

func (toggle) parse(s string) (any, bool) { return s == "true", s == "true" || s == "false" }
func (toggle) take(v any) (any, bool)     { b, ok := v.(bool); return b, ok }
func (toggle) show(v any) string          { return fmt.Sprint(v) }
func (toggle) expected() string           { return "true or false" }
func (toggle) placeholder() string        { return "" }

// milliseconds hold all durations that can be written, which time.Duration does not.
type milliseconds int64

func (m milliseconds) duration() time.Duration {
	return time.Duration(min(m, milliseconds(math.MaxInt64/time.Millisecond))) * time.Millisecond
}

// duration is a whole number with its unit.
type duration struct{ zero bool }

var (
	durations = regexp.MustCompile(`^([0-9]{1,9})(ms|s|m|h)$`)
	units     = map[string]milliseconds{"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
)

func (d duration) parse(s string) (any, bool) {
	parts := durations.FindStringSubmatch(s)
	if parts == nil {
		return nil, false
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || (n == 0 && !d.zero) {
		return nil, false
	}
	return milliseconds(n) * units[parts[2]], true
}

func (d duration) take(v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		return nil, false
	}
	return d.parse(s)
}

func (d duration) show(v any) string {
	if t := v.(milliseconds); t%1000 != 0 {
		return fmt.Sprintf(`"%dms"`, t)
	}
	return fmt.Sprintf(`"%ds"`, v.(milliseconds)/1000)
}

func (d duration) expected() string {
	if d.zero {
		return "a duration such as 500ms, 30s or 5m"
	}
	return "a duration such as 500ms, 30s or 5m, longer than 0s"
}

func (d duration) placeholder() string { return "DURATION" }

// tomlString writes text as a basic string of TOML.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// found names a value that is refused, as TOML would.
func found(v any) string {
	switch v := v.(type) {
	case string:
		return serving.Quoted(v)
	case bool, int64:
		return fmt.Sprint(v)
	case float64:
		return shownFloat(v)
	case []any:
		return "an array"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}

// shownFloat writes a number as Python does, whose texts are the contract's.
func shownFloat(v float64) string {
	form := byte('g')
	if math.Abs(v) >= 1e16 {
		form = 'e'
	}
	s := strings.ToLower(strconv.FormatFloat(v, form, -1, 64))
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return strings.TrimPrefix(s, "+")
	case strings.ContainsAny(s, ".e"):
		return s
	default:
		return s + ".0"
	}
}
