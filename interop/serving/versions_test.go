package serving

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

func TestVersionsInAscendingOrder(t *testing.T) {
	for _, line := range []string{
		"1 2 10 11",
		"1.0.0 1.9.0 1.10.0 2.0.0",
		"1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0",
		"1.0.0-9 1.0.0-10 1.0.0-a",
		"1.0.0 1.0.0+a 1.0.0+b 1.0.1",
		"99999999999999999999.0.0 100000000000000000000.0.0",
		"v1 v2 v10",
		"2024-01-31 2024-02-01 2024-10-01",
		"01 1", // Equal numbers: by code point.
		"1 1.0 1.0.0",
		"A1 B a é",
		"9 a",
		"1.2 1.02.0 1.3", // No semantic version has leading zeros.
	} {
		want := strings.Fields(line)
		reversed := slices.Clone(want)
		slices.Reverse(reversed)
		if got := ascending(reversed); !slices.Equal(got, want) {
			t.Errorf("ascending order is %q, expected %q", got, want)
		}
		for i := range want {
			for j := range want {
				if c := compareVersions(want[i], want[j]); c != cmp.Compare(i, j) {
					t.Errorf("%q against %q is %d", want[i], want[j], c)
				}
			}
		}
	}
}

func FuzzVersions(f *testing.F) {
	f.Add("1.0.0", "1.0.0-a")
	f.Add("01", "1")
	f.Fuzz(func(t *testing.T, a, b string) {
		c := compareVersions(a, b)
		if c != -compareVersions(b, a) {
			t.Errorf("%q against %q is not the opposite of the other way", a, b)
		}
		if (c == 0) != (a == b) {
			t.Errorf("%q against %q is %d", a, b, c)
		}
	})
}
