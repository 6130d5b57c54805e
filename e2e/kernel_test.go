package e2e

import (
	"os"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

func TestKernelWayTrial(t *testing.T) {
	Slow(t)
	program := Program(t)
	j := StartJupyter(t, JupyterOptions{Host: Hub})
	project := scenesProject(t, program)
	j.Write(t, "studio.ipynb",
		fmt.Sprintf("import \"github.com/gopatchwork/patchwork/patchwork\"\nvar p = patchwork.MustOpen(%q)\n%%%%\np.Studio()", project),
		"%%\ntime.Sleep(30*time.Second)")
	_ = filepath.Join
	n := j.Open(t, StartBrowser(t, ToHub, Together), "studio.ipynb")
	n.Run(0, 3*time.Minute)
	start := time.Now()
	time.Sleep(4*time.Second)
	Screenshot(t, n.Page, "kernel-way-0")
	t.Log(n.eval(`() => document.querySelector(".output_area iframe").outerHTML.slice(0,300) + " sizes " + document.querySelector(".output_area iframe").srcdoc.length`))
	t.Log(n.Text(0))
	lg, _ := os.ReadFile(filepath.Join(project, "server.log"))
	t.Logf("log %s", lg)
	t.Log(n.eval(`() => new Promise((ok) => {
	  const src = document.querySelector(".output_area script")
	  const cfg = /"channel":"(\w+)".*"kernel":"([^"]+)"/.exec(JSON.stringify(Jupyter.notebook.get_cell(0).output_area.outputs).replaceAll("\\",""));
	  const out = [cfg && cfg[0]];
	  const ws = new WebSocket("ws://" + location.host + "/api/kernels/" + Jupyter.notebook.kernel.id + "/channels");
	  ws.onopen = () => { out.push("open"); const session="abc"; const header = { msg_id: "patchwork:" + JSON.stringify({ c: cfg[1], to: "server", s: session, h: true }), username: "", session, msg_type: "comm_msg", version: "5.3", date: new Date().toISOString() };
	  ws.send(JSON.stringify({header, parent_header:{}, metadata:{}, content:{comm_id:"", data:{address:"#heartbeat/ping"}}, channel:"shell"})) };
	  ws.onmessage = e => out.push(String(e.data).slice(0, 400));
	  ws.onclose = e => out.push("close " + e.code);
	  setTimeout(() => ok(out.join("\n")), 3000);
	})`))
	ts, _ := n.Page.Browser().Pages()
	for _, p := range ts { i, _ := p.Info(); t.Log(i.Type, i.URL) }
	s := n.Studio(0)
	t.Log("studio after", time.Since(start))
	s.Click(".pw-tile:nth-child(2) .pw-picture")
	s.Press(input.Digit1)
	s.Shows(1, 0, "present")
	s.Saved()
	Screenshot(t, n.Page, "kernel-way")
	n.Start(1)
	time.Sleep(2*time.Second)
	start = time.Now()
	s.Press(input.ArrowLeft, input.Digit2, input.Digit2)
	s.Shows(0, 1, "absent")
	s.Saved()
	t.Log("saved after", time.Since(start))
}
