package browsertest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A missing program skips a test on a person's machine and fails it in CI; both say what is missing and what to do.
func TestNeed(t *testing.T) {
	if os.Getenv(helperMark) == "need" {
		Need(t, "get it somewhere", "no-such-program", "nor-this")
		t.Fatal("Need returned")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ ci, want string }{{"", "--- SKIP"}, {"true", "--- FAIL"}} {
		cmd := exec.Command(self, "-test.run=^TestNeed$", "-test.v")
		cmd.Env = append(os.Environ(), helperMark+"=need", "CI="+tt.ci)
		out, _ := cmd.CombinedOutput()
		if !strings.Contains(string(out), tt.want) || !strings.Contains(string(out), "no no-such-program or nor-this in PATH; get it somewhere") {
			t.Errorf("CI=%q: want %q and what is missing; got:\n%s", tt.ci, tt.want, out)
		}
	}
	if got := Need(t, "", "no-such-program", "sh"); !strings.HasSuffix(got, "/sh") {
		t.Errorf("Need found %q, want a path of sh", got)
	}
}

func TestRootIsTheTree(t *testing.T) {
	if _, err := os.Stat(Root(t) + "/internal/browsertest/need_test.go"); err != nil {
		t.Error(err)
	}
}
