package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// print shows a file to a person.
func (v *fileView) print(w io.Writer) error {
	var lines []string
	add := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			lines = append(lines, printable(fmt.Sprintf("%-16s %s", name, text)))
		}
	}
	encoding := v.Format
	if v.Compression != "" {
		encoding += " in " + v.Compression
	}
	add("file", "%s (%s, %d bytes)", v.Path, encoding, v.Bytes)
	add("sha256", "%s", v.SHA256)
	add("name", "%s", v.Name)
	add("version", "%s", v.Version)
	add("schema version", "%d", v.SchemaVersion)
	add("model", "%s", v.title())
	for _, line := range v.tree("") {
		add("", "%s", line)
	}
	add("features", "%d", v.NumFeatures)
	add("feature names", "%s", list(v.FeatureNames))
	add("feature types", "%s", list(v.FeatureTypes))
	for i, o := range v.Outputs {
		add(first(i, "methods"), "%s", o.text())
	}
	if v.Classes != nil {
		add("classes", "%s", compact(v.Classes))
	}
	v.Metadata.print(add)
	v.printEvidence(add)
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// first gives the name for the first of several lines.
func first(i int, name string) string {
	if i == 0 {
		return name
	}
	return ""
}

func (v *modelView) title() string {
	if v.ClassName == "" {
		return v.Family
	}
	origin := strings.TrimSpace(v.Library + " " + v.LibraryVersion)
	if origin == "" {
		return fmt.Sprintf("%s (family %s)", v.ClassName, v.Family)
	}
	return fmt.Sprintf("%s of %s (family %s)", v.ClassName, origin, v.Family)
}

// tree shows the steps of a pipeline, one a line.
func (v *modelView) tree(indent string) []string {
	var lines []string
	for i := range v.Steps {
		step := &v.Steps[i]
		class := step.ClassName
		if class == "" {
			class = "no class"
		}
		branch, below := "├─ ", "│  "
		if i == len(v.Steps)-1 {
			branch, below = "└─ ", "   "
		}
		lines = append(lines, fmt.Sprintf("%s%s%s: %s (family %s)", indent, branch, step.Name, class, step.Family))
		lines = append(lines, step.tree(indent+below)...)
	}
	return lines
}

func (o outputView) text() string {
	if o.Columns == 0 {
		return fmt.Sprintf("%s: one %s a row", o.Method, o.Type)
	}
	return fmt.Sprintf("%s: %d x %s a row", o.Method, o.Columns, o.Type)
}

func (m *metadataView) print(add func(name, format string, args ...any)) {
	add("created", "%s", m.Created)
	if m.TrainingSamples != 0 {
		add("training rows", "%d", m.TrainingSamples)
	}
	for i, name := range slices.Sorted(maps.Keys(m.Metrics)) {
		add(first(i, "metrics"), "%s = %v", name, m.Metrics[name])
	}
	for i, name := range slices.Sorted(maps.Keys(m.Properties)) {
		add(first(i, "metadata"), "%s = %s", name, compact(m.Properties[name]))
	}
}

func (v *modelView) printEvidence(add func(name, format string, args ...any)) {
	e := v.Evidence
	if e == nil {
		add("evidence", "none: nothing tells whether the answers are those of what was trained")
		return
	}
	add("evidence", "%d rows (%s), answers of %s for %s; adds %d bytes", e.Rows, strings.ReplaceAll(e.Origin, "_", " "),
		e.Producer, strings.Join(e.Methods, ", "), e.Bytes)
}

// compact shows a value as JSON, and not too much of it.
func compact(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return cut(string(data))
}

func list(names []string) string { return cut(strings.Join(names, ", ")) }

func cut(text string) string {
	const shown = 400
	runes := []rune(text)
	if len(runes) <= shown {
		return text
	}
	return fmt.Sprintf("%s ... (%d characters; --json shows all)", string(runes[:shown]), len(runes))
}
