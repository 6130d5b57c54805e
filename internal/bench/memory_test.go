package main

import (
	"strings"
	"testing"
)

func TestSizesOf(t *testing.T) {
	const status = "Name:\tchromium\nVmPeak:\t 1200000 kB\nVmRSS:\t  300000 kB\nRssAnon:\t  100000 kB\nRssFile:\t  150000 kB\nRssShmem:\t   50000 kB\nVmSwap:\t    2000 kB\nThreads:\t15\n"
	own, all, err := sizesOf([]byte(status))
	if err != nil || own != 155.648 || all != 307.2 { // 152,000 and 300,000 kB of 1,024 bytes
		t.Errorf("own %v, all %v, error %v; want 155.648 and 307.2", own, all, err)
	}
	if _, _, err := sizesOf([]byte(strings.Replace(status, "VmSwap", "Swap", 1))); err == nil || !strings.Contains(err.Error(), "VmSwap") {
		t.Errorf("without a line the error is %v; want its name", err)
	}
}
