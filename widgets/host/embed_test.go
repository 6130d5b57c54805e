package host

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func TestEmbedWithoutScripts(t *testing.T) {
	const static = `<table><tr><td><img src="data:image/png;base64,AA==" alt="a field"></td></tr></table>`
	o := EmbedOptions{URL: "http://127.0.0.1:40123", Token: "tok", Title: `a "title" </script>`, Static: static}
	out := Embed(o)
	before, script, ok := strings.Cut(out, "<script>")
	if !ok || !strings.HasSuffix(script, "</script>") || strings.Count(script, "</script>") != 1 {
		t.Fatalf("want the static form, then one script: %s", out)
	}
	if !strings.Contains(before, static) {
		t.Error("the static form is not there as it was given")
	}
	for _, bad := range []string{"href", "tok", "40123", "iframe", "onclick", "style="} {
		if strings.Contains(strings.ReplaceAll(before, static, ""), bad) {
			t.Errorf("without the script the output holds %q: %s", bad, before)
		}
	}
	if !strings.Contains(before, `aria-label="a &#34;title&#34; &lt;/script&gt;"`) {
		t.Errorf("the title is not escaped: %s", before)
	}
	if strings.Contains(script, "\n//") || strings.Contains(script, "define(") {
		t.Error("the script carries comments or calls define, which RequireJS pages would take amiss")
	}
	if Embed(o) == out {
		t.Error("two outputs have the same id")
	}
	if n := len(out); n > 7000 {
		t.Errorf("an output is %d bytes beyond its static form; want at most 7,000, it is saved in every notebook", n)
	}
}

func TestEmbedScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the script of a cell output is not run")
	}
	const test = "testdata/embed.test.mjs"
	if _, err := os.ReadFile(test); err != nil { // so that the test cache sees its changes
		t.Fatal(err)
	}
	out := Embed(EmbedOptions{URL: "http://127.0.0.1:40123", Token: "tok", Title: "labels & <more>", Static: "<p>static</p>", Height: 300})
	_, script, _ := strings.Cut(out, "<script>")
	script = strings.TrimSuffix(script, "</script>")
	script = regexp.MustCompile(`patchwork-[0-9a-f]{16}`).ReplaceAllString(script, "out")
	cmd := exec.Command(node, "--test", test)
	cmd.Env = append(os.Environ(), "SCRIPT="+script)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestKernelScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the page's end of the way through the kernel is not run")
	}
	for _, file := range []string{"testdata/kernel.test.mjs", "page/kernel.mjs"} { // so that the test cache sees their changes
		if _, err := os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := exec.Command(node, "--test", "testdata/kernel.test.mjs").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
