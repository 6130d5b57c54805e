package kernellink

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// File is a kernel's connection file, as Jupyter writes it for each kernel.
type File struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Scheme    string `json:"signature_scheme"`
	Key       string `json:"key"`
}

// Read reads a connection file. Errors: it cannot be read; it is none; its kernel cannot be reached as GoNB's can.
func Read(path string) (File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return File{}, fmt.Errorf("kernellink: cannot read the kernel's connection file: %w", err)
	}
	var f File
	if err := json.Unmarshal(data, &f); err != nil {
		return File{}, fmt.Errorf("kernellink: %s is no connection file: %w", path, err)
	}
	if f.Transport != "tcp" || f.Scheme != "hmac-sha256" || f.IP == "" || f.Shell <= 0 || f.IOPub <= 0 {
		return File{}, fmt.Errorf("kernellink: %s has transport %q and signature_scheme %q; want tcp and hmac-sha256, with ip, shell_port and iopub_port",
			path, f.Transport, f.Scheme)
	}
	return f, nil
}

// kernelFlag finds the connection file in the command line of a GoNB kernel.
var kernelFlag = regexp.MustCompile(`-kernel[= \x00]([^\x00]*?\.json)(?:[ \x00]|$)`)

// PathOf is the connection file of the GoNB kernel with this process id, or "" if there is none.
func PathOf(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil { // not Linux
		line, _ = exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	}
	return pathIn(strings.TrimSpace(string(line)))
}

func pathIn(commandLine string) string {
	if m := kernelFlag.FindStringSubmatch(commandLine); m != nil {
		return m[1]
	}
	return ""
}
