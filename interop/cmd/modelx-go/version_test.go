package main

import (
	"os"
	"strings"
	"testing"
)

// Both commands have the project's version.
func TestVersionIsTheProjects(t *testing.T) {
	project, err := os.ReadFile("../../../pyproject.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(project), "\nversion = \""+version+"\"\n") {
		t.Errorf("version %s is not that of pyproject.toml", version)
	}
	if r := runWith("", "--version"); r.code != exitOK || !strings.Contains(r.out, version) {
		t.Errorf("--version printed %q with exit code %d", r.out, r.code)
	}
}
