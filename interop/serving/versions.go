package serving

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// compareVersions orders versions: by semantic versioning's precedence when both are semantic versions, else, and among
// equals, by runs of digits as numbers and all other characters by code point. What is equal then too (leading zeros) is
// told apart by code points, so that only equal texts are equal.
func compareVersions(a, b string) int {
	if isSemantic(a) && isSemantic(b) {
		if c := semver.Compare("v"+a, "v"+b); c != 0 {
			return c
		}
	}
	if c := compareNaturally(a, b); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// isSemantic tells whether a version has all three numbers, which the library does not ask for.
func isSemantic(version string) bool {
	v := "v" + version
	return semver.IsValid(v) && semver.Canonical(v)+semver.Build(v) == v
}

// compareNaturally compares runs of digits as numbers, of any length. UTF-8's bytes are in the order of code points.
func compareNaturally(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m == 0 || n == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits that text begins with.
func digits(text string) int {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return i
		}
	}
	return len(text)
}

// ascending returns the versions, the lowest first. Versions that two rules order cannot always be put in one line (1.0.0-a <
// 1.0.0 < 1.0.0- < 1.0.0-a); sorting stably from the order of code points gives the same line in both engines.
func ascending(versions []string) []string {
	sorted := slices.Sorted(slices.Values(versions))
	slices.SortStableFunc(sorted, compareVersions)
	return sorted
}
