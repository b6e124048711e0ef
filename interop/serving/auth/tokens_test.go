package auth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/modelx-dev/modelx/interop/serving"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheck(t *testing.T) {
	const (
		none    = `no bearer token; expected the header "authorization: Bearer TOKEN"`
		unknown = "the bearer token is unknown"
		noRight = "the bearer token has no right to reload"
		nobody  = "no token has the right to reload; start the server with --reload-token-file"
	)
	predict, reload := file(t, "# readers\n reader \r\n\nother\n#off\n"), file(t, "writer")
	for _, c := range []struct {
		predict, reload string
		header          string
		right           Right
		text            string
	}{
		{"", "", "", Reload, ""},
		{predict, "", "", Open, ""},
		{predict, "", "", Predict, none},
		{predict, "", "", Reload, none},
		{predict, "", "Bearer reader", Predict, ""},
		{predict, "", "bEaReR   other ", Predict, ""},
		{predict, "", "Bearer #off", Predict, unknown},
		{predict, "", "Bearer # readers", Predict, unknown},
		{predict, "", "Bearer", Predict, none},
		{predict, "", "Bearer ", Predict, none},
		{predict, "", "Basic reader", Predict, none},
		{predict, "", "reader", Predict, none},
		{predict, "", "Bearer reade", Predict, unknown},
		{predict, "", "Bearer readerx", Predict, unknown},
		{predict, "", "Bearer reader", Reload, nobody},
		{predict, "", "Bearer wrong", Reload, unknown},
		{predict, reload, "Bearer reader", Reload, noRight},
		{predict, reload, "Bearer writer", Reload, ""},
		{predict, reload, "Bearer writer", Predict, ""},
		{predict, reload, "Bearer reader", Predict, ""},
		{"", reload, "", Predict, ""},
		{"", reload, "Bearer wrong", Predict, ""},
		{"", reload, "", Reload, none},
		{"", reload, "Bearer reader", Reload, unknown},
		{"", reload, "Bearer writer", Reload, ""},
	} {
		tokens, err := LoadTokens(c.predict, c.reload)
		if err != nil {
			t.Fatal(err)
		}
		refused := tokens.Check(c.header, c.right)
		if c.text == "" {
			if refused != nil {
				t.Errorf("%+v is refused: %v", c, refused)
			}
			continue
		}
		kind := serving.Unauthenticated
		if c.text == noRight || c.text == nobody {
			kind = serving.PermissionDenied
		}
		if refused == nil || refused.Message != c.text || refused.Kind != kind {
			t.Errorf("%+v: the error is %v", c, refused)
		}
	}
}

func TestTokenFiles(t *testing.T) {
	if _, err := LoadTokens(filepath.Join(t.TempDir(), "none"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	empty := (*NoTokensError)(nil)
	if _, err := LoadTokens("", file(t, "# only\n\n")); !errors.As(err, &empty) || empty.Error() == "" {
		t.Errorf("a file without a token: %v", err)
	}
}

func TestRequestID(t *testing.T) {
	for _, c := range []struct {
		candidates []string
		want       string
	}{
		{[]string{"", "b"}, "b"}, {[]string{"a", "b"}, "a"}, {[]string{"é", "b"}, ""}, {[]string{"a b"}, ""}, {[]string{"@"}, ""},
		{[]string{"`"}, ""}, {[]string{"Az09._-"}, "Az09._-"}, {nil, ""}, {[]string{""}, ""},
	} {
		got := RequestID(c.candidates...)
		if c.want != "" && got != c.want || c.want == "" && (len(got) != 16 || !validID(got)) {
			t.Errorf("%q gives %q", c.candidates, got)
		}
	}
	if first, second := RequestID(), RequestID(); first == second {
		t.Error("two requests have the same id")
	}
}
