package e2e

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/cmd/patchwork/kernelspec"
)

// Jupyter is a running server of the classic notebook with the kernel of this working tree.
type Jupyter struct {
	URL   string // such as http://127.0.0.1:43210, without a slash at the end
	Token string
	Dir   string // the notebooks' folder, where cells run
	Mark  string // see Start
	Log   string // file with everything the server and its kernels printed

	stop func()
}

// JupyterOptions configures StartJupyter. The zero value is the classic notebook at http://127.0.0.1.
type JupyterOptions struct {
	Base string // path below which everything is, such as /user/ann/; "" means /
	TLS  bool   // https with a certificate that nobody signed; the browser needs Unsigned
	Lab  bool   // JupyterLab instead of the classic notebook
	Host string // name in the browser's address, such as Hub; "" means 127.0.0.1
}

// Hub is a name that a Chromium started with ToHub finds on this machine without knowing so: pages there cannot try
// 127.0.0.1 first.
const Hub = "hub.test"

// Flags of Chromium: for a server by another name, for one with a certificate that nobody signed, and to keep a sandboxed
// frame in the process of its page, where rod finds it.
const (
	ToHub    = "--host-resolver-rules=MAP " + Hub + " 127.0.0.1"
	Unsigned = "--ignore-certificate-errors"
	Together = "--disable-features=IsolateSandboxedIframes"
)

// StartJupyter installs the kernel in a folder of the test and starts a server that knows no other settings. It is
// ready when the function returns, which takes about two seconds when the build cache is warm.
func StartJupyter(t testing.TB, o JupyterOptions) *Jupyter {
	t.Helper()
	program, app, folder := classicCommand, "NotebookApp", "notebook_dir"
	if o.Lab {
		program, app, folder = labCommand, "ServerApp", "root_dir"
	}
	command := program(t)
	home := TempDir(t, "jupyter")
	env := []string{
		"JUPYTER_DATA_DIR=" + filepath.Join(home, "share", "jupyter"), "JUPYTER_CONFIG_DIR=" + filepath.Join(home, "config"),
		"JUPYTER_RUNTIME_DIR=" + filepath.Join(home, "runtime"), "IPYTHONDIR=" + filepath.Join(home, "ipython"),
	}
	if _, err := kernelspec.Install(t.Context(), kernelspec.Options{Repo: Root(t), Prefix: home}); err != nil {
		Missing(t, "%v", err)
	}
	j := &Jupyter{
		Token: "e2e", Dir: filepath.Join(home, "notebooks"), Mark: home,
		Log: LogFile(t, "jupyter"),
	}
	if err := os.MkdirAll(j.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	set := func(name, value string) { command = append(command, "--"+app+"."+name+"="+value) }
	scheme, base := "http", "/"
	if o.Base != "" {
		base = o.Base
		set("base_url", base)
	}
	if o.TLS {
		scheme = "https"
		cert, key := unsignedCertificate(t, home)
		set("certfile", cert)
		set("keyfile", key)
	}
	if o.Host != "" {
		set("allow_remote_access", "True")
	}
	set("token", j.Token)
	set("port_retries", "0")
	set(folder, j.Dir)
	for try := 1; ; try++ { // between choosing a port and using it another program may take it
		port := freePort(t)
		here := fmt.Sprintf("%s://127.0.0.1:%d%s", scheme, port, strings.TrimSuffix(base, "/"))
		j.URL = here
		if o.Host != "" {
			j.URL = strings.Replace(here, "127.0.0.1", o.Host, 1)
		}
		j.stop = Start(t, j.Mark, j.Log, env, append(command, "--no-browser", "--allow-root", "--ip=127.0.0.1", fmt.Sprintf("--port=%d", port))...)
		if answers(here+"/api/status?token="+j.Token, 30*time.Second) {
			return j
		}
		j.stop()
		if try == 3 {
			log, _ := os.ReadFile(j.Log)
			t.Fatalf("e2e: Jupyter does not answer at %s; it printed:\n%s", j.URL, log)
		}
	}
}

// Stop ends the server and all its kernels, as closing the terminal it runs in would.
func (j *Jupyter) Stop() { j.stop() }

// answers waits until a server answers with status 200.
func answers(url string, limit time.Duration) bool {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return true
		}
	}
	return false
}

// Write puts a notebook with the given code cells into the notebooks' folder.
func (j *Jupyter) Write(t testing.TB, name string, cells ...string) {
	t.Helper()
	type cell struct {
		Type     string         `json:"cell_type"`
		ID       string         `json:"id"`
		Metadata map[string]any `json:"metadata"`
		Source   string         `json:"source"`
		Outputs  []any          `json:"outputs"`
		Count    *int           `json:"execution_count"`
	}
	all := []cell{}
	for i, source := range cells {
		all = append(all, cell{"code", fmt.Sprintf("c%d", i), map[string]any{}, source, []any{}, nil})
	}
	data, err := json.MarshalIndent(map[string]any{
		"cells":    all,
		"nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]string{
			"name": kernelspec.Name, "display_name": kernelspec.Title, "language": "go"}},
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(j.Dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// classicCommand is the program of the classic notebook.
func classicCommand(t testing.TB) []string {
	t.Helper()
	program := Need(t, "run: make jupyter", "jupyter-notebook")
	if version := classic(program); version == "" {
		Missing(t, "%s is not the classic notebook 6, which these tests drive; on Debian: apt-get install jupyter-notebook", program)
	}
	return []string{program}
}

// labCommand is the JupyterLab that scripts/setup-lab builds.
func labCommand(t testing.TB) []string {
	t.Helper()
	lab := filepath.Join(Root(t), "build", "lab")
	if _, err := os.Stat(filepath.Join(lab, "ready")); err != nil {
		t.Skip("JupyterLab is not built; run: scripts/setup-lab")
	}
	return []string{"/usr/bin/python3", filepath.Join(lab, "main.py")}
}

// classic returns the version of a notebook server that still has the classic page, or "".
func classic(program string) string {
	out, err := exec.Command(program, "--version").Output()
	version := strings.TrimSpace(string(out))
	if i := strings.LastIndex(version, "\n"); i >= 0 {
		version = version[i+1:]
	}
	if err != nil || !strings.HasPrefix(version, "6.") && !strings.HasPrefix(version, "5.") {
		return ""
	}
	return version
}

// freePort returns a port of the loopback interface that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
