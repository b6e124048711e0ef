package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/modelx-dev/modelx/interop/client"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// info tells what serves.
func (c *caller) info(ctx context.Context) error {
	info, err := c.client.Info(ctx, c.about()...)
	if err != nil {
		return err
	}
	if c.json {
		var w plainjson.Writer
		w.Message(info.ProtoReflect())
		return c.print(w.Buf)
	}
	return c.print([]byte(strings.Join(infoLines(info), "\n")))
}

// infoLines tells of a model for people.
func infoLines(info *modelxpb.GetModelInfoResponse) []string {
	lines := []string{printable(info.GetName() + " " + info.GetVersion())}
	methods := make([]string, 0, len(info.GetSignature().GetOutputs()))
	for _, output := range info.GetSignature().GetOutputs() {
		methods = append(methods, output.GetMethod())
	}
	features := grouped(int64(info.GetSignature().GetNFeatures()))
	if names := info.GetSignature().GetFeatureNames(); len(names) > 0 {
		features += ": " + firstOf(names)
	}
	class := info.GetClassName()
	if class == "" {
		class = "not said"
	}
	var metrics []string
	for _, name := range slices.Sorted(maps.Keys(info.GetMetrics())) {
		metrics = append(metrics, name+" "+strconv.FormatFloat(info.GetMetrics()[name], 'g', -1, 64))
	}
	evidence := "none: nothing proves that the server computes what was trained"
	if e := info.GetEvidence(); e.GetResult() == modelxpb.EvidenceResult_RESULT_PASSED {
		evidence = fmt.Sprintf("passed, %d rows", e.GetRows())
	}
	for _, line := range [...]struct{ title, text string }{
		{"class", class}, {"computation", info.GetType()}, {"features", features}, {"methods", strings.Join(methods, ", ")},
		{"classes", firstOf(info.GetClasses())}, {"metrics", strings.Join(metrics, ", ")}, {"engine", info.GetEngine()},
		{"file", info.GetPath()}, {"sha256", info.GetSha256()}, {"serves since", clock(info.GetLoadedTimestamp())},
		{"requests served", grouped(info.GetRequestsServed())}, {"evidence", evidence},
		{"versions that are ready", strings.Join(info.GetReadyVersions(), ", ")},
		{"version to roll back to", info.GetRollbackVersion()}, {"last reload", outcome(info.GetLastReload())},
	} {
		if line.text != "" {
			lines = append(lines, "  "+line.title+": "+printable(line.text))
		}
	}
	return lines
}

// firstOf lists a dozen items.
func firstOf(items []string) string {
	const shown = 12
	if len(items) <= shown {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s ... %s more", strings.Join(items[:shown], ", "), grouped(int64(len(items)-shown)))
}

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func clock(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z") }

// outcome tells of the last reload; nothing, where there was none.
func outcome(last *modelxpb.ReloadResult) string {
	if last == nil {
		return ""
	}
	what := "refused, " + last.GetError()
	if last.GetOk() {
		what = "version " + last.GetVersion()
	}
	return clock(last.GetTimestamp()) + " by " + last.GetTrigger() + ": " + what
}

// reload brings another file or version into service.
func (c *caller) reload(ctx context.Context) error {
	var done *modelxpb.ReloadModelResponse
	var err error
	if c.rollback {
		done, err = c.client.Rollback(ctx, c.about()...)
	} else {
		done, err = c.client.Reload(ctx, c.path, c.about()...)
	}
	if err != nil {
		return err
	}
	if c.json {
		var w plainjson.Writer
		w.Message(done.ProtoReflect())
		return c.print(w.Buf)
	}
	before, same := "none before", ""
	if version := done.GetPreviousVersion(); version != "" {
		before = "version " + printable(version) + " before"
	}
	if !done.GetChanged() {
		same = ", the same file"
	}
	return c.print(fmt.Appendf(nil, "%s: version %s serves, %s%s (%.3g s)",
		printable(done.GetModelName()), printable(done.GetModelVersion()), before, same, done.GetLoadSeconds()))
}

// outputOf describes what a method of a model gives: nil where that model serves no longer.
func (c *caller) outputOf(ctx context.Context, model, version, method string) (*modelxpb.OutputSpec, error) {
	info, err := c.client.Info(ctx, append(c.about(), client.Model(model), client.Version(version))...)
	if err != nil {
		if gone := asCall(err); gone != nil && (gone.Kind == client.UnknownModel || gone.Kind == client.UnknownVersion) {
			return nil, nil
		}
		return nil, err
	}
	for _, output := range info.GetSignature().GetOutputs() {
		if output.GetMethod() == method {
			return output, nil
		}
	}
	return nil, nil
}
