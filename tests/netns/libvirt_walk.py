# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every method of libvirt-python's virNetwork and virNetworkPort against vnetd, events through its event loop, and 32
connections at once. Prints `ok WHAT` for each thing shown; an exception is the failure."""
import threading
import time

import libvirt

URI = "network:///system"
NET = "<network><name>%s</name><uuid>%s</uuid><bridge name='%s'/><ip address='10.9.%d.1' prefix='24'><dhcp>" \
      "<range start='10.9.%d.2' end='10.9.%d.99'/></dhcp></ip></network>"
UUID = "11111111-2222-3333-4444-5555555555%02d"
PORT = "<networkport><uuid>aaaaaaaa-bbbb-cccc-dddd-000000000001</uuid><owner><name>g</name>" \
       "<uuid>cccccccc-0000-0000-0000-000000000001</uuid></owner><mac address='52:54:00:00:00:21'/>" \
       "<bandwidth><inbound average='10'/><outbound average='5'/></bandwidth></networkport>"


def net_xml(i):
    return NET % ("py%d" % i, UUID % i, "py%d" % i, i, i, i)


def check(got, want, what):
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))
    print("ok", what, flush=True)


def refused(code, what, call, *args):
    try:
        call(*args)
    except libvirt.libvirtError as e:
        check(e.get_error_code(), code, what)
        return
    raise AssertionError("%s: it was allowed" % what)


def connection(c):
    check(c.getType(), "network", "getType")
    check(c.getURI(), URI, "getURI")
    check(c.getLibVersion() >= 9000000, True, "getLibVersion")
    check((c.isAlive(), c.isSecure()), (1, 1), "isAlive, isSecure")
    refused(libvirt.VIR_ERR_NO_SUPPORT, "getCapabilities is not ours", c.getCapabilities)
    refused(libvirt.VIR_ERR_NO_SUPPORT, "listAllDomains is not ours", c.listAllDomains)


def network(c):
    n = c.networkDefineXML(net_xml(1))
    check((n.name(), n.UUIDString(), n.UUID().hex()), ("py1", UUID % 1, (UUID % 1).replace("-", "")), "define, name, UUID")
    check((n.isActive(), n.isPersistent(), n.autostart()), (0, 1, 0), "state of a new one")
    check((c.numOfDefinedNetworks(), c.listDefinedNetworks()), (1, ["py1"]), "listDefinedNetworks")
    n.setAutostart(1)
    check(n.autostart(), 1, "setAutostart")
    n.create()
    check((n.isActive(), c.numOfNetworks(), c.listNetworks()), (1, 1, ["py1"]), "create, listNetworks")
    check(n.bridgeName(), "py1", "bridgeName")
    check("<bridge name='py1'" in n.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE), True, "XMLDesc")
    check(n.DHCPLeases(), [], "DHCPLeases")
    check(c.networkLookupByName("py1").UUID(), c.networkLookupByUUID(n.UUID()).UUID(), "lookups")
    check(c.networkLookupByUUIDString(UUID % 1).name(), "py1", "networkLookupByUUIDString")
    refused(libvirt.VIR_ERR_NO_NETWORK, "an unknown name", c.networkLookupByName, "no")
    refused(libvirt.VIR_ERR_OPERATION_INVALID, "create again", n.create)
    host = "<host mac='52:54:00:00:00:07' name='seven' ip='10.9.1.7'/>"
    n.update(libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST, 0, host,
             libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE)
    check(("seven" in n.XMLDesc(), "seven" in n.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE)), (True, False), "update")
    c.networkDefineXMLFlags(net_xml(1), libvirt.VIR_NETWORK_DEFINE_VALIDATE)
    t = c.networkCreateXML(net_xml(2))
    check((t.isPersistent(), len(c.listAllNetworks(0))), (0, 2), "networkCreateXML, listAllNetworks")
    check([x.name() for x in c.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_TRANSIENT)], ["py2"], "a filter")
    refused(libvirt.VIR_ERR_OPERATION_INVALID, "undefine a transient one", t.undefine)
    t.destroy()
    refused(libvirt.VIR_ERR_NO_NETWORK, "it is gone", t.XMLDesc)
    refused(libvirt.VIR_ERR_XML_DETAIL, "bad XML", c.networkDefineXML, "<network")
    return n


def ports(n):
    check(n.listAllPorts(), [], "listAllPorts")
    p = n.portCreateXML(PORT)
    check(p.UUIDString(), "aaaaaaaa-bbbb-cccc-dddd-000000000001", "portCreateXML")
    refused(libvirt.VIR_ERR_NETWORK_PORT_EXIST, "a port twice", n.portCreateXML, PORT)
    check("<plug type='network' bridge='py1'/>" in p.XMLDesc(), True, "port XMLDesc")
    check(n.portLookupByUUIDString(p.UUIDString()).UUID(), p.UUID(), "port lookups")
    check(len(n.listAllPorts()), 1, "it is listed")
    check(p.network().name(), "py1", "port.network")
    p.setParameters({"inbound.average": 100, "inbound.peak": 200, "outbound.average": 50})
    check({k: v for k, v in p.parameters().items() if v}, {"inbound.average": 100, "inbound.peak": 200, "outbound.average": 50}, "parameters")
    check("<inbound average='100' peak='200'/>" in p.XMLDesc(), True, "they are in the XML")
    plugged = p.XMLDesc()
    p.delete()
    refused(libvirt.VIR_ERR_NO_NETWORK_PORT, "it is gone", p.XMLDesc)
    refused(libvirt.VIR_ERR_INVALID_ARG, "a plug is for a port that was forgotten", n.portCreateXML, plugged)
    reclaim = libvirt.VIR_NETWORK_PORT_CREATE_RECLAIM
    refused(libvirt.VIR_ERR_INVALID_ARG, "which needs one", n.portCreateXML, PORT, reclaim)
    refused(libvirt.VIR_ERR_INVALID_ARG, "of this network", n.portCreateXML, plugged.replace("'py1'", "'py9'"), reclaim)
    p = n.portCreateXML(plugged, reclaim)
    check(p.XMLDesc(), plugged, "it is known again, as it was")
    p.delete()


def events(c):
    seen = []
    mine = c.networkEventRegisterAny(None, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                     lambda conn, net, event, detail, arg: seen.append((net.name(), event)), None)
    n = c.networkDefineXML(net_xml(3))
    n.create()
    n.destroy()
    n.undefine()
    end = time.time() + 5
    while len(seen) < 4 and time.time() < end:
        time.sleep(0.01)
    check(seen, [("py3", libvirt.VIR_NETWORK_EVENT_DEFINED), ("py3", libvirt.VIR_NETWORK_EVENT_STARTED),
                 ("py3", libvirt.VIR_NETWORK_EVENT_STOPPED), ("py3", libvirt.VIR_NETWORK_EVENT_UNDEFINED)], "events in their order")
    c.networkEventDeregisterAny(mine)


def crowd():
    """Each defines, starts, looks, stops and undefines a network of its own, over and over."""
    errors, started = [], threading.Barrier(32)

    def one(i):
        try:
            c = libvirt.open(URI)
            started.wait()
            for _ in range(5):
                n = c.networkDefineXML(net_xml(i))
                n.create()
                assert n.isActive() and n.bridgeName() == "py%d" % i and "py%d" % i in c.listNetworks()
                n.destroy()
                n.undefine()
            c.close()
        except Exception as e:
            errors.append(e)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(10, 42)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(errors, [], "32 connections at once")


def loop():
    while True:
        libvirt.virEventRunDefaultImpl()


libvirt.registerErrorHandler(lambda ctx, err: None, None)
libvirt.virEventRegisterDefaultImpl()
threading.Thread(target=loop, daemon=True).start()
conn = libvirt.open(URI)
conn.setKeepAlive(5, 3)
connection(conn)
net = network(conn)
ports(net)
ro = libvirt.openReadOnly(URI)
check(ro.networkLookupByName("py1").isActive(), 1, "read-only: it can look")
events(conn)
crowd()
net.destroy()
net.undefine()
check(conn.listAllNetworks(), [], "nothing is left")
conn.close()
