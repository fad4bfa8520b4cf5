// SPDX-License-Identifier: GPL-2.0-only
/* Handlers that go with their driver. kernel/irq/devres.c */
#include <linux/device.h>

struct irq_res {
	unsigned int irq;
	void *dev_id;
};

static void release_irq(struct device *dev, void *res)
{
	struct irq_res *irq = res;

	free_irq(irq->irq, irq->dev_id);
}

static int is_irq(struct device *dev, void *res, void *data)
{
	struct irq_res *irq = res, *wanted = data;

	return irq->irq == wanted->irq && irq->dev_id == wanted->dev_id;
}

int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			      unsigned long flags, const char *name, void *dev_id)
{
	struct irq_res *res = devres_alloc(release_irq, sizeof(*res), GFP_KERNEL);
	int error = -ENOMEM;

	if (res)
		error = request_threaded_irq(irq, handler, thread_fn, flags, name ? name : dev_name(dev), dev_id);
	if (error) {
		devres_free(res);
		return error;
	}
	*res = (struct irq_res) { irq, dev_id };
	devres_add(dev, res);
	return 0;
}

int devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler, unsigned long flags,
		     const char *name, void *dev_id)
{
	return devm_request_threaded_irq(dev, irq, handler, NULL, flags, name, dev_id);
}

void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	struct irq_res wanted = { irq, dev_id };

	WARN_ON(devres_release(dev, release_irq, is_irq, &wanted));
}
