package serving

import (
	"slices"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
)

// Schema says what rows of a model are like. It never changes.
type Schema struct {
	width int
	names []string
	// places are those of the features, by name.
	places map[string]int
	// types are nil where all features are numbers: a file can claim any width.
	types []modelx.DataType
	// strings and unread are how many features are strings, and how many no method reads.
	strings, unread int
}

func newSchema(model modelx.Model) Schema {
	features := modelx.FeaturesOf(model)
	s := Schema{width: model.NumFeatures(), names: features.Names, places: make(map[string]int, len(features.Names))}
	for i, name := range s.names {
		s.places[name] = i
	}
	for _, t := range features.Types {
		switch t {
		case modelx.TypeString:
			s.strings++
		case modelx.TypeNone:
			s.unread++
		}
	}
	if s.strings+s.unread > 0 {
		s.types = features.Types
	}
	return s
}

// NumFeatures is the width of a row.
func (s *Schema) NumFeatures() int { return s.width }

// FeatureNames are the names of the features, or none. The slice must not be changed.
func (s *Schema) FeatureNames() []string { return s.names }

// Type is that of a feature: TypeString, TypeNone for one that no method reads, or a number's.
func (s *Schema) Type(feature int) modelx.DataType {
	if s.types == nil {
		return modelx.TypeFloat64
	}
	return s.types[feature]
}

// Reads tells whether a method reads a feature.
func (s *Schema) Reads(feature int) bool { return s.Type(feature) != modelx.TypeNone }

// Strings is how many features are strings.
func (s *Schema) Strings() int { return s.strings }

// Unread is how many features no method reads.
func (s *Schema) Unread() int { return s.unread }

// Name is that of a feature: as scikit-learn calls it, where it has none.
func (s *Schema) Name(feature int) string {
	if len(s.names) == 0 {
		return "x" + strconv.Itoa(feature)
	}
	return s.names[feature]
}

// Place is the feature of a name, or -1.
func (s *Schema) Place(name string) int {
	if len(s.names) > 0 {
		if place, ok := s.places[name]; ok {
			return place
		}
		return -1
	}
	if len(name) < 2 || name[0] != 'x' || name[1] == '0' && len(name) > 2 {
		return -1
	}
	place := 0
	for _, c := range []byte(name[1:]) {
		if c < '0' || c > '9' || place >= s.width {
			return -1
		}
		place = 10*place + int(c-'0')
	}
	if place >= s.width {
		return -1
	}
	return place
}

// firstString is the first feature of strings, or -1.
func (s *Schema) firstString() int { return slices.Index(s.types, modelx.TypeString) }
