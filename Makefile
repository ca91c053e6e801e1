# vnet: `make help` lists the targets.
PREFIX  ?= /usr/local
PKGS    := libxml-2.0 libnl-3.0 libnl-route-3.0 libnftnl libmnl libsystemd sqlite3 libtirpc libseccomp libedit json-c
O       ?= build
CFLAGS  ?= -O2 -g
FLAGS   := -std=gnu17 -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror -D_GNU_SOURCE -fPIC -fvisibility=hidden \
           -Isrc -Iinclude -I$O/gen $(shell pkg-config --cflags $(PKGS) 2>/dev/null) -MMD -MP \
           $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LDLIBS  += -Wl,--as-needed $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# the sanitizers' dlopen hides who calls it, and DT_RUNPATH with that; DT_RPATH is the whole program's
SANLINK := -fsanitize=$(SAN) -Wl,--disable-new-dtags
LDFLAGS += $(if $(SAN),$(SANLINK))
MISSING := $(shell pkg-config --exists $(PKGS) >/dev/null 2>&1 || echo missing)

X       := $(wildcard src/*/*.x)
GEN     := $(patsubst src/%.x,$O/gen/%.h,$X)
CORE    := $(patsubst %.c,$O/%.o,$(filter-out src/vnetd/% src/guestd/main.c src/vnet/% src/libvnet/% src/offline/% src/helper/%,$(wildcard src/*/*.c))) \
           $(patsubst src/%.x,$O/gen/%.o,$X)
programs = $(patsubst %.c,$O/%,$(wildcard $1))
UNIT    := $(call programs,tests/unit/test_*.c)
NETNS   := $(call programs,tests/netns/test_*.c)
PEER    := $(call programs,tests/peer/*.c)
FUZZ    := $(call programs,tests/fuzz/fuzz_*.c)
BENCH   := $(call programs,tests/bench/bench_*.c)
LOAD    := $(call programs,tests/bench/dhcp_*.c)
objs     = $(patsubst %.c,$O/%.o,$(wildcard $1))
RUN     := BUILD=$(abspath $O) sh tests/run.sh

all: $(MISSING) $O/vnetd $O/vnet-guestd $O/vnet $O/vnet-bridge-helper $O/libvnet.so $O/libvnet.a $O/libvnet-offline.so.0 $O/examples/tap ## build everything (into build/)
missing:
	@pkg-config --exists --print-errors $(PKGS) || { echo "'sh tests/install-deps.sh build' installs what is missing"; exit 1; }

$O/gen/%.h: src/%.x
	@mkdir -p $(@D) && rm -f $@ && rpcgen -h -o $@ $<
$O/gen/%.c: src/%.x $O/gen/%.h
	@mkdir -p $(@D) && rm -f $@ && cd $(<D) && rpcgen -c $(<F) | sed 's|#include "$(*F).h"|#include "$*.h"|' > $(abspath $@)
$O/gen/%.o: $O/gen/%.c
	$(CC) $(FLAGS) $(CFLAGS) -Wno-unused-variable -Wno-unused-parameter -Wno-shadow -Wno-missing-prototypes -c -o $@ $<
$O/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<
$O/src/model/grammar.o: xml/network.rng
$O/libcore.a: $(CORE)
	@rm -f $@
	$(AR) qcs $@ $^

$O/vnetd: $(call objs,src/vnetd/*.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$O/vnet-guestd: $(call objs,src/guestd/main.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# It finds libvnet-offline.so.0 beside itself in build/, and where it is installed.
$O/vnet: $(call objs,src/vnet/*.c src/libvnet/*.c) $O/libcore.a $O/libvnet-offline.so.0
	$(CC) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../lib' -o $@ $(filter-out %.so.0,$^) $(LDLIBS)

$O/vnet-bridge-helper: $(call objs,src/helper/*.c src/libvnet/*.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The library is one relocatable object: the API and what it uses of the core, whose names stay inside. What works without a
# daemon is part of the static library, and a file of its own beside the shared one (libvnet/offline.h).
OFFLINE := $(call objs,src/offline/*.c)
LIBVNET := $(call objs,src/libvnet/*.c)
relocate = $(LD) -r -o $@ $1 && objcopy --localize-hidden $@
$O/libvnet.o: $(LIBVNET) $O/libcore.a
	$(call relocate,$^)
$O/libvnet-static.o: $(filter-out %/load.o,$(LIBVNET)) $(OFFLINE) $O/libcore.a
	$(call relocate,$^)
$O/libvnet.a: $O/libvnet-static.o
	@rm -f $@
	$(AR) qcs $@ $^
$O/libvnet.so.0: $O/libvnet.o src/libvnet/libvnet.map
	$(CC) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,--version-script=src/libvnet/libvnet.map -Wl,-rpath,'$$ORIGIN' \
		-o $@ $< $(LDLIBS)
$O/libvnet-offline.so.0: $(filter-out %/linked.o,$(OFFLINE)) $O/src/libvnet/error.o $O/libcore.a
	$(CC) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,--exclude-libs,ALL -o $@ $^ $(LDLIBS)
$O/libvnet.so: $O/libvnet.so.0
	ln -sf $(<F) $@

# As its readers build it: against the library alone.
$O/examples/%: $O/examples/%.o $O/libvnet.so
	$(CC) $(LDFLAGS) -o $@ $< -L$O -lvnet -Wl,-rpath,$(abspath $O)

$(UNIT) $(NETNS): $O/%: $O/%.o $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka
$(PEER) $(BENCH) $(LOAD): $O/%: $O/%.o $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(FUZZ): $O/%: $O/%.o $O/libcore.a
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

# The makes inside are of their own, since pkg-config may have come only with the packages.
FRESH   := $(MAKE) --no-print-directory -s -j$$(nproc)
check: ## all tests: unit, network namespaces, virtual machine (root installs what is missing)
	@sh tests/install-deps.sh build check
	+@$(FRESH) check-built
check-built: all $(UNIT) $(NETNS) $(PEER)
	@$(RUN) tests/layers.sh $(UNIT) $(NETNS) tests/netns/t_*.sh tests/vm/t_*.sh
check-unit: $(UNIT) $O/vnet ## unit tests alone, without root
	@$(RUN) $(UNIT)
check-netns: all $(NETNS) $(PEER) ## tests in network namespaces alone: real daemons, real clients
	@$(RUN) $(NETNS) tests/netns/t_*.sh
check-vm: all $(NETNS) $(PEER) $(NETNS) ## a virtual machine on a tap alone
	@$(RUN) tests/vm/t_*.sh
check-layers: ## who includes whom, against tests/layers.txt
	@sh tests/layers.sh
bench: bench-datapath bench-start ## what packets and starts cost (root); no test
bench-datapath: all $(BENCH) ## a packet and a new flow: no rules, the least NAT, ours with 1, 100, 1,000 networks
	@for b in $(BENCH); do unshare -n $$b || exit; done
bench-datapath-vm: all $(BENCH) $(PEER) ## the same, shorter, in a virtual machine whose kernel has flowtables (emulated: ratios alone count)
	@BUILD=$(abspath $O) sh tests/bench/datapath_vm.sh
bench-start: all ## 1,000 networks: their start, one more, a restart, a repair, and the kernel's own part of it
	@BUILD=$(abspath $O) sh tests/bench/bench_start.sh
bench-dhcp: all $(LOAD) ## DHCP servers side by side: ours, dnsmasq, Kea and a bare responder (root); no test
	@sh tests/install-deps.sh bench || echo "what is missing is left out"
	@BUILD=$(abspath $O) sh tests/bench/dhcp.sh
asan: ## unit tests under AddressSanitizer and UBSan
	+@$(FRESH) O=build/asan SAN=address,undefined check-unit
fuzz: ## every fuzz target for 30 s from its stored seeds (clang)
	+@$(FRESH) CC=clang O=build/fuzz SAN=address,undefined,fuzzer-no-link fuzz-run
fuzz-run: $(FUZZ)
	@$(RUN) $(FUZZ)
demo: ## the main job, to watch: a guest gets its address and reaches the world (root)
	@sh tests/install-deps.sh build demo
	+@$(FRESH) demo-built
demo-built: all $(PEER)
	@BUILD=$(abspath $O) sh tests/demo.sh

SOURCES  = $(wildcard src/*/*.[ch] include/vnet/*.h tests/*/*.[ch] examples/*.c)
format: ## reformat all sources by .clang-format
	@clang-format -i $(SOURCES)
format-check: ## would format change anything?
	@clang-format --dry-run -Werror $(SOURCES)

VERSION  = $(shell sed -n 's/.*VNET_VERSION "\(.*\)"/\1/p' include/vnet/vnet.h)
SBINDIR  = $(PREFIX)/sbin
LIBDIR   = $(PREFIX)/lib
SHARE    = $(DESTDIR)$(PREFIX)/share
UNITS    = vnetd.socket vnetd-ro.socket vnet-guestd.socket vnetd.service vnet-guestd.service
fill     = sed -e 's|@SBINDIR@|$(SBINDIR)|' -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
               -e 's|@VERSION@|$(VERSION)|'
$O/%.service: src/vnetd/%.service.in Makefile
	@$(fill) $< > $@
$O/%.socket: src/vnetd/%.socket
	@cp $< $@
$O/%.pc: src/libvnet/%.pc.in Makefile
	@$(fill) $< > $@
install: all $(addprefix $O/,$(UNITS) vnet.pc) ## into DESTDIR and PREFIX (/usr/local), with man pages and systemd units
	install -D -t $(DESTDIR)$(SBINDIR) $O/vnetd $O/vnet-guestd
	install -D -t $(DESTDIR)$(PREFIX)/bin $O/vnet
	install -D -t $(DESTDIR)$(PREFIX)/libexec $O/vnet-bridge-helper
	install -D -t $(DESTDIR)$(LIBDIR) $O/libvnet.so.0
	install -D -t $(DESTDIR)$(LIBDIR) $O/libvnet-offline.so.0
	ln -sf libvnet.so.0 $(DESTDIR)$(LIBDIR)/libvnet.so
	install -D -m 644 -t $(DESTDIR)$(LIBDIR) $O/libvnet.a
	install -D -m 644 -t $(DESTDIR)$(LIBDIR)/pkgconfig $O/vnet.pc
	install -D -m 644 -t $(DESTDIR)$(LIBDIR)/systemd/system $(addprefix $O/,$(UNITS))
	install -D -m 644 src/vnetd/vnet.sysusers $(DESTDIR)$(LIBDIR)/sysusers.d/vnet.conf
	install -D -m 644 src/vnetd/vnet.tmpfiles $(DESTDIR)$(LIBDIR)/tmpfiles.d/vnet.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/vnet include/vnet/*.h
	install -D -m 644 -t $(SHARE)/vnet xml/*
	install -D -m 644 src/vnet/vnet.bash $(SHARE)/bash-completion/completions/vnet
	for m in man/*.[1-8]; do install -D -m 644 -t $(SHARE)/man/man$${m##*.} $$m || exit; done

clean: ## remove what was built
	rm -rf $O
help: ## this list
	@awk -F ':.* ## ' '/^[a-z-]+:.* ## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

.PHONY: all missing check check-built check-unit check-netns check-vm check-layers bench bench-datapath bench-datapath-vm bench-start bench-dhcp asan fuzz fuzz-run demo demo-built \
	format format-check install clean help
.SECONDARY:
-include $(shell find $O -name '*.d' 2>/dev/null)
