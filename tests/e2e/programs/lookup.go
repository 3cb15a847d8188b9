// Looks up names, or the names of an address, as programs in Go do: with cgo by glibc, if need be, without it never.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	status := 0
	for _, what := range os.Args[1:] {
		look := net.LookupHost
		if net.ParseIP(what) != nil {
			look = net.LookupAddr
		}
		found, err := look(what)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
			continue
		}
		fmt.Println(strings.Join(found, " "))
	}
	os.Exit(status)
}
