package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func newInspect() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "Show what is in a model file",
		Long: `Show what is in a model file: its family, what fitted it, features, methods, classes, metadata, evidence.

The model is checked, but not compared with its evidence: verify does that. FILE may be - for standard input.`,
		Example: `  modelx-go inspect model.pb
  modelx-go inspect --json model.pb | jq .feature_names`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readAll(cmd, args[0])
			if err != nil {
				return fileError{args[0], err}
			}
			view, err := inspect(args[0], data)
			if err != nil {
				return fileError{args[0], err}
			}
			if wantsJSON(cmd) {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				err = encoder.Encode(view)
			} else {
				err = view.print(cmd.OutOrStdout())
			}
			if err != nil {
				return fileError{args[0], err}
			}
			return nil
		},
	}
}

// fileView is what inspect shows of a file. Its JSON keys are stable.
type fileView struct {
	Path        string `json:"path"`
	Format      string `json:"format"`
	Compression string `json:"compression,omitempty"`
	Bytes       int    `json:"n_bytes"`
	SHA256      string `json:"sha256"`
	modelView
}

type modelView struct {
	Name           string        `json:"name"`
	Version        string        `json:"version"`
	Family         string        `json:"family"`
	ClassName      string        `json:"class_name"`
	Library        string        `json:"library"`
	LibraryVersion string        `json:"library_version"`
	SchemaVersion  uint32        `json:"schema_version"`
	NumFeatures    int           `json:"n_features"`
	FeatureNames   []string      `json:"feature_names"`
	FeatureTypes   []string      `json:"feature_types"`
	Outputs        []outputView  `json:"outputs"`
	Classes        any           `json:"classes"`
	Metadata       metadataView  `json:"metadata"`
	Evidence       *evidenceView `json:"evidence"`
	Steps          []modelView   `json:"steps,omitempty"`
}

type outputView struct {
	Method  string `json:"method"`
	Columns int    `json:"n_columns"`
	Type    string `json:"type"`
}

type metadataView struct {
	Created         string         `json:"created_at,omitempty"`
	TrainingSamples int            `json:"training_samples,omitempty"`
	Metrics         map[string]any `json:"metrics,omitempty"`
	Properties      map[string]any `json:"properties,omitempty"`
}

type evidenceView struct {
	Rows     int      `json:"n_rows"`
	Origin   string   `json:"origin"`
	Producer string   `json:"producer"`
	Bytes    int      `json:"n_bytes"`
	Methods  []string `json:"methods"`
}

func inspect(path string, data []byte) (*fileView, error) {
	p, encoding, err := modelx.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	model, err := modelx.New(p, modelx.WithoutEvidenceReplay())
	if err != nil {
		return nil, err
	}
	view, err := newModelView(model, p)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &fileView{
		Path: path, Format: string(encoding.Format), Compression: string(encoding.Compression), Bytes: len(data),
		SHA256: hex.EncodeToString(sum[:]), modelView: view,
	}, nil
}

func newModelView(model modelx.Model, p *modelxpb.ModelProto) (modelView, error) {
	source := p.GetSource()
	v := modelView{
		Name: model.Name(), Version: model.Version(), Family: model.Family(), ClassName: source.GetClassName(),
		Library: source.GetLibrary(), LibraryVersion: source.GetLibraryVersion(), SchemaVersion: p.GetSchemaVersion(),
		NumFeatures: model.NumFeatures(), FeatureNames: append([]string{}, model.FeatureNames()...),
		FeatureTypes: typeNames(model),
		Outputs:      outputViews(model, p), Classes: classList(model.Classes()), Metadata: newMetadataView(model.Metadata()),
		Evidence: newEvidenceView(p),
	}
	for _, step := range modelx.Nested(p) {
		// A step's evidence makes sense in its pipeline only, whose check it has passed.
		bare := proto.CloneOf(step)
		modelx.DropEvidence(bare)
		stepModel, err := modelx.New(bare)
		if err != nil {
			return modelView{}, err
		}
		stepView, err := newModelView(stepModel, step)
		if err != nil {
			return modelView{}, err
		}
		v.Steps = append(v.Steps, stepView)
	}
	return v, nil
}

// typeNames are the types of the features; none where all are numbers and the file says no more.
func typeNames(model modelx.Model) []string {
	names := []string{}
	for _, t := range modelx.FeaturesOf(model).Types {
		names = append(names, t.String())
	}
	return names
}

// alwaysMatrix has the methods whose answer has an axis for the columns even when there is one. A file without a
// signature does not say.
var alwaysMatrix = map[modelx.Method]bool{
	modelx.PredictProba: true, modelx.PredictLogProba: true, modelx.Transform: true, modelx.InverseTransform: true,
}

// outputViews has the columns as numpy has them: 0 for one value for each row without an axis of its own.
func outputViews(model modelx.Model, p *modelxpb.ModelProto) []outputView {
	shapes := map[modelx.Method]int{}
	for _, spec := range p.GetSignature().GetOutputs() {
		shapes[modelx.Method(spec.GetMethod())] = int(spec.GetNColumns())
	}
	views := []outputView{}
	for _, method := range model.Methods() {
		columns := model.Columns(method)
		if shape, ok := shapes[method]; ok {
			columns = shape
		} else if columns == 1 && !alwaysMatrix[method] {
			columns = 0
		}
		kind := model.Type(method).String()
		if model.Type(method) == modelx.TypeNone {
			kind = "mixed"
		}
		views = append(views, outputView{Method: string(method), Columns: columns, Type: kind})
	}
	return views
}

func classList(classes *modelx.Labels) any {
	switch {
	case classes == nil:
		return nil
	case classes.Type() == modelx.TypeInt64:
		return classes.Ints()
	case classes.Type() == modelx.TypeFloat64:
		return classes.Floats()
	case classes.Type() == modelx.TypeBool:
		return classes.Bools()
	default:
		return classes.Strings()
	}
}

func newMetadataView(m modelx.Metadata) metadataView {
	v := metadataView{TrainingSamples: m.TrainingSamples, Properties: map[string]any{}, Metrics: map[string]any{}}
	if !m.Created.IsZero() {
		v.Created = m.Created.Format("2006-01-02T15:04:05Z07:00")
	}
	for name, value := range m.Metrics {
		v.Metrics[name] = finite(value)
	}
	for name, value := range m.Properties {
		v.Properties[name] = finite(value)
	}
	return v
}

// finite replaces what JSON has no number for by its name.
func finite(value any) any {
	switch v := value.(type) {
	case float64:
		if v-v != 0 {
			return fmt.Sprint(v)
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = finite(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = finite(v[key])
		}
		return out
	}
	return value
}

func newEvidenceView(p *modelxpb.ModelProto) *evidenceView {
	e := p.GetEvidence()
	if e == nil {
		return nil
	}
	bare := proto.CloneOf(p)
	modelx.DropEvidence(bare)
	origins := map[modelxpb.Evidence_Origin]string{
		modelxpb.Evidence_ORIGIN_MADE: "made", modelxpb.Evidence_ORIGIN_SAMPLE: "sample",
		modelxpb.Evidence_ORIGIN_SAMPLE_AND_MADE: "sample_and_made",
	}
	v := &evidenceView{
		Rows: int(e.GetRows().GetNRows()), Origin: origins[e.GetOrigin()], Producer: e.GetProducer(),
		Bytes: proto.Size(p) - proto.Size(bare), Methods: []string{},
	}
	if v.Origin == "" {
		v.Origin = "unspecified"
	}
	for _, o := range e.GetOutputs() {
		v.Methods = append(v.Methods, o.GetMethod())
	}
	return v
}
