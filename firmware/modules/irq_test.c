// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an edu device, by its line and by messages; irq_test=WHAT on the command line says which, and how they
 * are handled. Each checks its outcome itself.
 */
#include <kernel/lab.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8
#define IRQ_STATUS 0x24
#define IRQ_RAISE 0x60
#define IRQ_ACK 0x64

#define EXPECT(condition) do {								\
	if (!(condition)) {								\
		printk(KERN_ERR "irq_test: line %d: %s\n", __LINE__, #condition);	\
		return -EIO;								\
	}										\
} while (0)

static struct irq_test {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct completion done;
	int count;			/* of calls of the handler that were for us */
	int threads;			/* of calls of its thread */
	int others;			/* of calls of the handler that shares the line */
	u32 seen;
	int wrong_context;
} test;

static irqreturn_t handler(int irq, void *dev_id)
{
	u32 status = ioread32(test.regs + IRQ_STATUS);

	if (!in_irq() || !in_interrupt() || !irqs_disabled() || dev_id != &test)
		test.wrong_context++;
	if (!status)
		return IRQ_NONE;
	iowrite32(status, test.regs + IRQ_ACK);
	test.seen |= status;
	test.count++;
	complete(&test.done);
	return IRQ_HANDLED;
}

static irqreturn_t waking_handler(int irq, void *dev_id)
{
	return handler(irq, dev_id) == IRQ_HANDLED ? IRQ_WAKE_THREAD : IRQ_NONE;
}

static irqreturn_t thread_function(int irq, void *dev_id)
{
	if (in_interrupt() || irqs_disabled() || strncmp(current->comm, "irq/", 4))
		test.wrong_context++;
	msleep(1);
	test.threads++;
	return IRQ_HANDLED;
}

/* The device is acknowledged here only: its level must not come again before. */
static irqreturn_t oneshot_thread(int irq, void *dev_id)
{
	msleep(5);
	iowrite32(ioread32(test.regs + IRQ_STATUS), test.regs + IRQ_ACK);
	test.threads++;
	return IRQ_HANDLED;
}

static irqreturn_t other_handler(int irq, void *dev_id)
{
	test.others++;
	return IRQ_NONE;
}

static void request(u32 cause)
{
	iowrite32(cause, test.regs + IRQ_RAISE);
}

static int raise_and_wait(u32 cause)
{
	reinit_completion(&test.done);
	request(cause);
	return wait_for_completion_timeout(&test.done, HZ / 10) ? 0 : -ETIMEDOUT;
}

static int use(unsigned int irq)
{
	for (int i = 0; i < 3; i++)
		EXPECT(raise_and_wait(1 << i) == 0);
	EXPECT(test.count == 3 && test.seen == 7 && !test.wrong_context);
	return 0;
}

static int disabled(unsigned int irq)
{
	disable_irq(irq);
	disable_irq(irq);
	EXPECT(raise_and_wait(1) == -ETIMEDOUT && test.count == 0);
	enable_irq(irq);
	EXPECT(test.count == 0);
	enable_irq(irq);
	EXPECT(wait_for_completion_timeout(&test.done, 1) && test.count == 1);
	test.count = test.seen = 0;
	return use(irq);
}

static int by_handler(unsigned int irq, unsigned long flags, int (*then)(unsigned int irq))
{
	int error = request_irq(irq, handler, flags, "irq_test", &test);

	if (error)
		return error;
	error = then(irq);
	free_irq(irq, &test);
	return error;
}

static int shared(unsigned int irq)
{
	EXPECT(request_irq(irq, other_handler, 0, "other", &test.others) == -EBUSY);
	EXPECT(request_irq(irq, other_handler, IRQF_SHARED, "other", &test.others) == 0);
	EXPECT(use(irq) == 0);
	EXPECT(test.others == 3);
	EXPECT(!strcmp(free_irq(irq, &test.others), "other"));
	EXPECT(raise_and_wait(8) == 0 && test.others == 3);
	return 0;
}

static int threaded(unsigned int irq)
{
	EXPECT(request_threaded_irq(irq, NULL, thread_function, 0, "irq_test", &test) == -EINVAL);
	EXPECT(request_threaded_irq(irq, waking_handler, thread_function, IRQF_SHARED, "irq_test", &test) == 0);
	EXPECT(raise_and_wait(1) == 0);
	synchronize_irq(irq);
	EXPECT(test.threads == 1 && !test.wrong_context);
	EXPECT(raise_and_wait(2) == 0);
	free_irq(irq, &test);
	EXPECT(test.threads == 2);
	return 0;
}

static int oneshot(unsigned int irq)
{
	EXPECT(request_threaded_irq(irq, NULL, oneshot_thread, IRQF_ONESHOT, "irq_test", &test) == 0);
	request(1);
	msleep(20);
	EXPECT(test.threads == 1);
	request(2);
	msleep(20);
	EXPECT(test.threads == 2);
	free_irq(irq, &test);
	return 0;
}

static int run_by(unsigned int irq, const char *what)
{
	if (!strcmp(what, "use"))
		return by_handler(irq, 0, use);
	if (!strcmp(what, "disabled"))
		return by_handler(irq, 0, disabled);
	if (!strcmp(what, "shared"))
		return by_handler(irq, IRQF_SHARED, shared);
	if (!strcmp(what, "threaded"))
		return threaded(irq);
	return strcmp(what, "oneshot") ? -EINVAL : oneshot(irq);
}

/* The same by each kind of vector that may be asked for. */
static int run_vectors(unsigned int flags)
{
	unsigned int line = test.pdev->irq;
	char what[24];
	int irq, error;

	if (!command_line_option("irq_test", what, sizeof(what)))
		return -EINVAL;
	EXPECT(pci_alloc_irq_vectors(test.pdev, 2, 4, flags) == -ENOSPC);
	EXPECT(pci_alloc_irq_vectors(test.pdev, 1, 4, flags) == 1);
	irq = pci_irq_vector(test.pdev, 0);
	EXPECT(irq > 0 && pci_irq_vector(test.pdev, 1) == -EINVAL);
	EXPECT(pci_dev_msi_enabled(test.pdev) == !!(flags & PCI_IRQ_MSI) && (irq == line) == !(flags & PCI_IRQ_MSI));
	error = run_by(irq, what);
	pci_free_irq_vectors(test.pdev);
	EXPECT(test.pdev->irq == line && !pci_dev_msi_enabled(test.pdev));
	printk(KERN_INFO "irq_test: irq %d: %d\n", irq, error);
	return error;
}

static int irq_test_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int error = pci_enable_device(pdev);

	if (error)
		return error;
	memset(&test, 0, sizeof(test));
	test.pdev = pdev;
	init_completion(&test.done);
	test.regs = pci_iomap(pdev, 0, 0);
	pci_set_master(pdev);
	error = test.regs ? run_vectors(command_line_flag("intx") ? PCI_IRQ_INTX : PCI_IRQ_MSI) : -ENOMEM;
	if (test.regs)
		pci_iounmap(pdev, test.regs);
	pci_clear_master(pdev);
	pci_disable_device(pdev);
	return error;
}

static void irq_test_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id irq_test_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};

static struct pci_driver irq_test_driver = {
	.name = "irq_test",
	.id_table = irq_test_ids,
	.probe = irq_test_probe,
	.remove = irq_test_remove,
};

module_pci_driver(irq_test_driver);
MODULE_LICENSE("GPL");
